/// The numbers of pairs at which a claim may be judged, fixed before its first pair is trained.
public struct Looks: Sendable, Hashable {
  /// How many pairs each look uses, increasing.
  public let counts: [Int]

  /// Five, eight, twelve and sixteen pairs.
  public static let standard = Looks([5, 8, 12, 16])

  /// Creates looks; traps unless there is one at least, the first has two pairs or more and each has more than the last.
  public init(_ counts: [Int]) {
    precondition(
      (counts.first ?? 0) >= 2 && zip(counts, counts.dropFirst()).allSatisfy { $0 < $1 },
      "looks are increasing numbers of pairs, the first of two at least: \(counts)")
    self.counts = counts
  }

  /// The number of pairs of the last look.
  public var last: Int { counts[counts.count - 1] }

  /// How many looks `pairs` pairs reach.
  public func reached(by pairs: Int) -> Int { counts.count { $0 <= pairs } }

  /// The number of pairs of the first look that `pairs` pairs do not reach; `nil` after the last.
  public func next(after pairs: Int) -> Int? { counts.first { $0 > pairs } }

  /// The values of seeds `first`, `first + 1`, … up to the first that has none: what looks may use.
  ///
  /// Whatever lies beyond a gap waits for it, so that no look can choose among seeds.
  public static func unbroken<Value>(_ values: [UInt64: Value], from first: UInt64 = 0) -> [Value] {
    var run: [Value] = []
    while let value = values[first + UInt64(run.count)] { run.append(value) }
    return run
  }
}
