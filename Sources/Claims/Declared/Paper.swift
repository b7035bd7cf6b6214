/// A publication.
public struct Paper: Sendable, Codable, Hashable {
  /// Its title, authors as cited, venue with year, and arXiv identifier.
  public let title, authors, venue, arXiv: String
  /// The folder of its numbers under `paper-tables`.
  public let folder: String

  /// Creates a citation.
  public init(_ title: String, authors: String, venue: String, arXiv: String, folder: String) {
    self.title = title
    self.authors = authors
    self.venue = venue
    self.arXiv = arXiv
    self.folder = folder
  }

  /// The paper as it is cited.
  public var citation: String {
    "\(authors). “\(title)\(title.hasSuffix("?") ? "" : ".")” \(venue). arXiv:\(arXiv)"
  }
}
