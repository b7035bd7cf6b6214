import Foundation
import Tensors
import Vision

/// Batches in which as few images as possible share a label: none at all while there are as many labels as a batch has
/// images.
///
/// What the paper means by guided batches. A batch is filled in rounds; a round draws distinct labels with probabilities
/// proportional to the images that each has left, and a random one of those images. Where labels have unequally many
/// images, those of the small ones are begun anew before the pass ends, and some of the large ones' wait for the next
/// pass. Every pass draws anew.
struct DistinctLabels: BatchSampler {
  /// The label of every image.
  let labels: [Int]

  init(_ labels: [Int]) { self.labels = labels }

  /// The images of each batch; traps unless `count` is the number of labels and no less than a batch.
  func batches(count: Int, size: Int, epoch: Int, using random: inout Random) -> [[Int]] {
    Deck.batches(of: size, from: count, labels: labels, using: &random, batch)
  }

  private func batch(of size: Int, from decks: inout [Deck], using random: inout Random) -> [Int] {
    var batch: [Int] = []
    while batch.count < size {
      var open: [(place: Double, deck: Int)] = []
      for deck in decks.indices where decks[deck].canDraw {
        // The smallest of −ln(u)/w are a draw without replacement by the weights w (Efraimidis, Spirakis 2006).
        let delay = -log(1 - Double(random.uniform()))
        open.append((decks[deck].left > 0 ? delay / Double(decks[deck].left) : 1e9 + delay, deck))
      }
      for (_, deck) in open.sorted(by: <).prefix(size - batch.count) {
        batch.append(decks[deck].draw(using: &random))
      }
    }
    return batch
  }
}

/// Batches that draw labels as evenly as `DistinctLabels` does, whoever meets.
///
/// Each place of a batch gets a label, all equally likely, and that label's next image. Images of small labels come as
/// much oftener than others as they do there, so that what tells the two samplers apart is that images of one label may
/// meet. No image comes twice in a batch; every pass draws anew.
struct EvenLabels: BatchSampler {
  /// The label of every image.
  let labels: [Int]

  init(_ labels: [Int]) { self.labels = labels }

  /// The images of each batch; traps unless `count` is the number of labels and no less than a batch.
  func batches(count: Int, size: Int, epoch: Int, using random: inout Random) -> [[Int]] {
    Deck.batches(of: size, from: count, labels: labels, using: &random, batch)
  }

  private func batch(of size: Int, from decks: inout [Deck], using random: inout Random) -> [Int] {
    (0..<size).map { _ in
      let open = decks.indices.filter { decks[$0].canDraw }
      return decks[open[random.integer(below: open.count)]].draw(using: &random)
    }
  }
}

/// The images of one label in random order, shuffled anew when all have been drawn.
private struct Deck {
  private var images: [Int]
  private var next = 0
  private var drawnForBatch = 0

  init(_ images: [Int], using random: inout Random) {
    self.images = random.permutation(images.count).map { images[$0] }
  }

  /// A deck for each label, in the order of the labels.
  private static func decks(of labels: [Int], using random: inout Random) -> [Deck] {
    let members = Dictionary(grouping: labels.indices) { labels[$0] }
    return members.sorted { $0.key < $1.key }.map { Deck($0.value, using: &random) }
  }

  /// The batches of one pass, each as `batch` draws it from decks that know what it holds already; traps unless `count` is
  /// the number of labels and no less than a batch.
  static func batches(
    of size: Int, from count: Int, labels: [Int], using random: inout Random,
    _ batch: (_ size: Int, _ decks: inout [Deck], _ random: inout Random) -> [Int]
  ) -> [[Int]] {
    precondition(
      count == labels.count && size > 0 && size <= count,
      "batches of \(size) from \(count) images, of which \(labels.count) have labels")
    var decks = decks(of: labels, using: &random)
    return (0..<count / size).map { _ in
      for deck in decks.indices { decks[deck].drawnForBatch = 0 }
      return batch(size, &decks, &random)
    }
  }

  /// How many images have not been drawn yet.
  var left: Int { images.count - next }
  /// Whether there is an image that is not in the batch yet.
  var canDraw: Bool { drawnForBatch < images.count }

  mutating func draw(using random: inout Random) -> Int {
    if next == images.count {
      // The batch's own images come last, so that none is drawn for it twice.
      let (others, own) = (images.dropLast(drawnForBatch), images.suffix(drawnForBatch))
      images = random.permutation(others.count).map { others[$0] } + own
      next = 0
    }
    defer { (next, drawnForBatch) = (next + 1, drawnForBatch + 1) }
    return images[next]
  }
}

/// The released code's batches: images in the order of their rank within their clusters, cut into batches.
///
/// The n-th image of a cluster, in the data set's order, has rank n. While every cluster still has images, and there are
/// as many clusters as a batch has images, a batch holds one of each; later batches straddle ranks, and the last ones are
/// of the largest clusters alone. The same in every pass.
struct RankOrder: BatchSampler {
  /// The cluster of every image.
  let clusters: [Int]

  init(_ clusters: [Int]) { self.clusters = clusters }

  /// The images of each batch; traps unless `count` is the number of images in clusters and no less than a batch.
  func batches(count: Int, size: Int, epoch: Int, using random: inout Random) -> [[Int]] {
    precondition(
      count == clusters.count && size > 0 && size <= count,
      "batches of \(size) from \(count) images, of which \(clusters.count) are in clusters")
    var sizes: [Int: Int] = [:]
    let ranks = clusters.map { cluster in
      let rank = sizes[cluster, default: 0]
      sizes[cluster] = rank + 1
      return rank
    }
    let order = clusters.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
    return (0..<count / size).map { Array(order[$0 * size..<($0 + 1) * size]) }
  }
}

/// The batches that another sampler draws for the first pass, in every pass.
struct FixedBatches: BatchSampler {
  private let sampler: any BatchSampler

  init(of sampler: any BatchSampler) { self.sampler = sampler }

  func batches(count: Int, size: Int, epoch: Int, using random: inout Random) -> [[Int]] {
    sampler.batches(count: count, size: size, epoch: 0, using: &random)
  }

  func batches(count: Int, size: Int, epoch: Int, seed: UInt64) -> [[Int]] {
    sampler.batches(count: count, size: size, epoch: 0, seed: seed)
  }
}
