/// Images that are added to a data set's own for pre-training, and how the own ones are weighted against them.
public struct Inflation: Sendable, Codable, Hashable {
  /// Where the added images come from.
  public enum Source: String, Sendable, Codable, CaseIterable {
    /// A generator that was trained on the data set's own images.
    case generated
    /// The same generator, stopped on purpose while its images were still poor.
    case generatedEarly = "generated-early"
    /// The photographs that a scarce data set leaves out: what a perfect generator would draw.
    case unused
  }

  /// Where the added images come from.
  public var source: Source
  /// How many there are, the first ones; `nil` for all.
  public var count: Int?
  /// How often each of the own images counts where an added one counts once.
  public var ownWeight: Int

  /// Creates an inflation.
  public init(_ source: Source, count: Int? = nil, ownWeight: Int = 1) {
    self.source = source
    self.count = count
    self.ownWeight = ownWeight
  }
}
