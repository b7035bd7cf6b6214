/// Consecutive images that a worker visits together.
struct Chunk: Sendable {
  /// Its place in the order of images; per-chunk sums are kept and added in that order.
  let index: Int
  /// The first image, and how many there are.
  let start, count: Int
  /// The group whose statistics normalize it.
  let group: Int
  /// Where its values lie, counted in images.
  let position: Int
}

/// How a batch is cut: one consecutive part per worker, each part into chunks that lie within one group of images.
struct BatchPartition: Sendable {
  /// The chunks of each part.
  let chunks: [[Chunk]]
  /// The chunks of each group, by index.
  let groups: [Range<Int>]
  /// The numbers of images that occur in a chunk, without repetition.
  let counts: [Int]

  /// Cuts `images` images into `parts` parts and chunks of at most `size`.
  init(images: Int, parts: Int, groups groupCount: Int, size: Int) {
    let groupSize = images / groupCount
    var (chunks, counts, index) = ([[Chunk]](), [Int](), 0)
    var ends = [Int](repeating: 0, count: groupCount)
    for part in 0..<parts {
      let range = WorkerPool.part(of: images, worker: part, workers: parts)
      var (start, own) = (range.lowerBound, [Chunk]())
      while start < range.upperBound {
        let group = start / groupSize
        let end = min(start + size, range.upperBound, (group + 1) * groupSize)
        own.append(Chunk(index: index, start: start, count: end - start, group: group, position: start))
        if !counts.contains(end - start) { counts.append(end - start) }
        (start, index) = (end, index + 1)
        ends[group] = index
      }
      chunks.append(own)
    }
    self.chunks = chunks
    self.counts = counts
    groups = ends.indices.map { ($0 == 0 ? 0 : ends[$0 - 1])..<ends[$0] }
  }

  /// The number of chunks of all parts.
  var count: Int { groups.last?.upperBound ?? 0 }
}

/// The order in which a worker takes its part of a batch through the whole network without waiting for anyone.
///
/// Later layers have smaller images and are visited with more of them at once. A stage is run as soon as the stages
/// before it have made the images of one of its chunks, so that what passes between stages stays in the cache.
struct DepthFirstOrder: Sendable {
  struct Visit: Sendable {
    let feature: Int
    let chunk: Chunk
  }

  /// The visits of each part.
  let visits: [[Visit]]
  /// The largest chunk of each feature: multiples of each other that never fall.
  let sizes: [Int]

  /// Orders the visits of `images` images in `parts` parts, where feature i would like chunks of `wanted[i]`.
  init(images: Int, parts: Int, wanted: [Int]) {
    var sizes: [Int] = []
    for size in wanted {
      let before = sizes.last ?? 1
      sizes.append(max(before, size / before * before))
    }
    self.sizes = sizes
    visits = (0..<parts).map { part in
      let range = WorkerPool.part(of: images, worker: part, workers: parts)
      var visits: [Visit] = []
      DepthFirstOrder.append(
        range, through: sizes.count - 1, sizes, origin: range.lowerBound, to: &visits)
      return visits
    }
  }

  private static func append(
    _ range: Range<Int>, through last: Int, _ sizes: [Int], origin: Int, to visits: inout [Visit]
  ) {
    guard last >= 0 else { return }
    let size = sizes[last]
    let first = sizes.firstIndex(of: size)!
    for start in stride(from: range.lowerBound, to: range.upperBound, by: size) {
      let images = start..<min(start + size, range.upperBound)
      append(images, through: first - 1, sizes, origin: origin, to: &visits)
      let chunk = Chunk(index: 0, start: start, count: images.count, group: 0, position: start - origin)
      for feature in first...last { visits.append(Visit(feature: feature, chunk: chunk)) }
    }
  }

  /// The numbers of images that feature `index` is visited with.
  func counts(of index: Int) -> [Int] {
    Array(Set(visits.joined().lazy.filter { $0.feature == index }.map(\.chunk.count))).sorted(by: >)
  }
}
