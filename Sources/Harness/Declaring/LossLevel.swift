import Pretraining

/// A method that knows the values which its loss terms take while features tell nothing.
public protocol KnowsChance {
  /// By the name of the term, in batches of `batchSize` images: ln(K + 1) for InfoNCE with K negatives.
  func chanceLevels(batchSize: Int) -> [String: Double]

  /// By the name of the term, the values it can take at all; only those worth watching need be told.
  func lossBounds(batchSize: Int) -> [String: ClosedRange<Double>]
}

extension KnowsChance {
  /// None worth watching: a cross entropy is positive, and every reader knows that.
  public func lossBounds(batchSize: Int) -> [String: ClosedRange<Double>] { [:] }
}

/// What a term of a loss is held against while it is watched.
public struct LossLevel: Sendable, Equatable {
  /// The term.
  public let term: String
  /// Its value while features tell nothing; `nil` where that is not known.
  public let chance: Double?
  /// The values it can take; `nil` where nothing is worth telling.
  public let bounds: ClosedRange<Double>?

  /// What `method` knows of its terms in batches of `batchSize` images, by name; none where it knows nothing.
  public static func levels(of method: any PretrainingMethod, batchSize: Int) -> [LossLevel] {
    guard let method = method as? any KnowsChance else { return [] }
    let (chances, bounds) = (
      method.chanceLevels(batchSize: batchSize), method.lossBounds(batchSize: batchSize)
    )
    return Set(chances.keys).union(bounds.keys).sorted().map {
      LossLevel(term: $0, chance: chances[$0], bounds: bounds[$0])
    }
  }
}
