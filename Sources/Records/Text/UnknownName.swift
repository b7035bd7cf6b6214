/// A name that nothing has.
public struct UnknownName: Error, Equatable, CustomStringConvertible {
  /// What it should have been the name of, e.g. `experiment`.
  public let kind: String
  /// The name as typed.
  public let name: String
  /// The names there are.
  public let known: [String]

  /// How many names are listed at most: of runs there may be thousands.
  private static let listed = 24

  /// Creates an error.
  public init(kind: String, name: String, known: [String]) {
    self.kind = kind
    self.name = name
    self.known = known
  }

  /// What is wrong and what to do, in one line: the nearest names, or all where none is near.
  public var description: String {
    if known.isEmpty { return "there is no \(kind) “\(name)”, nor any other" }
    let nearest = known.nearest(to: name)
    if !nearest.isEmpty { return "there is no \(kind) “\(name)”; did you mean \(nearest.asChoice)?" }
    let mark = known.contains { $0.contains(",") } ? "; " : ", "
    let rest = known.count > Self.listed ? " and \(known.count - Self.listed) more" : ""
    return "there is no \(kind) “\(name)”. Known: "
      + known.prefix(Self.listed).joined(separator: mark) + rest
  }
}
