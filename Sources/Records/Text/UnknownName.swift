/// A name that nothing has.
public struct UnknownName: Error, Equatable, CustomStringConvertible {
  /// What it should have been the name of, e.g. `experiment`.
  public let kind: String
  /// The name as typed.
  public let name: String
  /// The names there are.
  public let known: [String]

  /// Creates an error.
  public init(kind: String, name: String, known: [String]) {
    self.kind = kind
    self.name = name
    self.known = known
  }

  /// What is wrong and what to do, in one line.
  public var description: String {
    if known.isEmpty { return "there is no \(kind) “\(name)”, nor any other" }
    let nearest = known.nearest(to: name)
    let hint = nearest.isEmpty ? "" : "; did you mean \(nearest.asChoice)?"
    return "there is no \(kind) “\(name)”\(hint) Known: \(known.joined(separator: ", "))"
      .replacing("” Known", with: "”. Known")
  }
}
