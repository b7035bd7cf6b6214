/// Headlines that were announced together, and over which Holm's correction goes: closed, so that no p value moves when
/// another experiment gets far enough.
public struct ClaimFamily: Sendable, Hashable {
  /// What it is called, with its date: `2026: one headline for each of seven papers`.
  public let name: String
  /// The experiments whose headlines at reduced scale are its members, recorded or not.
  public let experiments: [String]

  /// Creates a family; traps when a member comes twice.
  public init(_ name: String, of experiments: [String]) {
    precondition(Set(experiments).count == experiments.count, "“\(name)” has a member twice")
    self.name = name
    self.experiments = experiments
  }
}
