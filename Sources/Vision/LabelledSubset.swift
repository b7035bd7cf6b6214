import Tensors

/// The few labelled images of a semi-supervised evaluation: as many of every class, the same ones for everybody.
///
/// The images of a class are put in the order of a random number that is a function of the image's place alone (seed 0,
/// stream `labelled`), and the first ones are taken; so a smaller list is part of a larger one. The lists for CIFAR-10 are
/// in `Benchmarks/labelled`, for use elsewhere.
public struct LabelledSubset: Sendable, Hashable {
  /// Labelled images for every hundred of a class.
  public let percent: Int

  /// Creates the subset with `percent` of every class's images; traps unless within 1...100.
  public init(percent: Int) {
    precondition((1...100).contains(percent), "\(percent) % of the labels")
    self.percent = percent
  }

  /// The places of the chosen images in ascending order: the nearest whole number of each class, at least one.
  public func indices(of labels: [Int]) -> [Int] {
    let classes = Dictionary(grouping: labels.indices) { labels[$0] }
    return classes.values.flatMap { places -> [Int] in
      let shuffled = places.map { (order: LabelledSubset.order(of: $0), place: $0) }.sorted { $0 < $1 }
      return shuffled.prefix(max(1, (places.count * percent + 50) / 100)).map(\.place)
    }
    .sorted()
  }

  private static func order(of place: Int) -> UInt64 {
    var random = Random(seed: 0, stream: "labelled", index: place)
    return random.next()
  }
}
