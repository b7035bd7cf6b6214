/// How a claim can end, by one rule fixed before any pair was trained.
public enum Ending: String, Sendable, Hashable, CaseIterable, Codable {
  /// The 95 % interval lies above zero, in the claim's direction.
  case reproduced
  /// The same, and the 90 % interval lies within the margin.
  case reproducedButSmall
  /// The 95 % interval lies below zero.
  case opposite
  /// The same, and the 90 % interval lies within the margin.
  case oppositeButSmall
  /// The 95 % interval holds zero and the 90 % interval lies within the margin.
  case noDifference
  /// None of these at the last look.
  case undecided
  /// Every score and every answer of both arms is equal byte by byte: one of them is not what it is called.
  case identicalArms

  /// Whether the difference has the claim's direction.
  public var isReproduced: Bool { self == .reproduced || self == .reproducedButSmall }
  /// Whether the difference has the other direction.
  public var isOpposite: Bool { self == .opposite || self == .oppositeButSmall }
  /// Whether the size, whatever its direction, is shown to lie within the margin.
  public var isWithinMargin: Bool {
    self == .noDifference || self == .reproducedButSmall || self == .oppositeButSmall
  }
}

/// An ending and the look that brought it.
public struct Ended: Sendable, Hashable {
  /// What was found.
  public let ending: Ending
  /// The pairs of the look that found it.
  public let pairs: Int

  /// Creates an ending at a look.
  public init(_ ending: Ending, pairs: Int) {
    self.ending = ending
    self.pairs = pairs
  }
}
