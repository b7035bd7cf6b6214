/// One half of a data set's classes by number: features learned on the one can be asked about the other.
public enum ClassHalf: String, Codable, Sendable, CaseIterable {
  case first, second

  /// The classes among `count`; an odd one falls to the second half.
  public func classes(of count: Int) -> Range<Int> { self == .first ? 0..<count / 2 : count / 2..<count }
}
