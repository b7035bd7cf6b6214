import TestSupport
import Testing

@testable import GSimCLRPaper
@testable import Tensors
@testable import Vision

/// Which images meet: properties that are checked for every batch.
@Suite struct GSimCLRSamplerTests {
  /// Labels of unequally many images: label k has about k + 1 times as many as label 0.
  func labels(_ count: Int, kinds: Int, seed: UInt64 = 0) -> [Int] {
    var random = Random(seed: seed, stream: "labels")
    let wheel = (0..<kinds).flatMap { [Int](repeating: $0, count: $0 + 1) }
    return (0..<count).map { $0 < kinds ? $0 : wheel[random.integer(below: wheel.count)] }
  }

  func occurrences(_ batch: [Int], _ labels: [Int]) -> [Int: Int] {
    Dictionary(grouping: batch) { labels[$0] }.mapValues(\.count)
  }

  func batches(_ sampler: some BatchSampler, _ count: Int, size: Int, epoch: Int = 0, seed: UInt64 = 0)
    -> [[Int]]
  {
    sampler.batches(count: count, size: size, epoch: epoch, seed: seed)
  }

  @Test(arguments: [(200, 8, 8), (200, 20, 8), (333, 64, 16), (100, 100, 10)])
  func noTwoImagesOfABatchShareALabel(count: Int, kinds: Int, size: Int) {
    for seed in 0..<5 as Range<UInt64> {
      let labels = labels(count, kinds: kinds, seed: seed)
      for epoch in 0..<3 {
        let batches = batches(DistinctLabels(labels), count, size: size, epoch: epoch, seed: seed)
        #expect(batches.count == count / size && batches.allSatisfy { $0.count == size })
        for batch in batches {
          #expect(occurrences(batch, labels).values.allSatisfy { $0 == 1 }, "\(batch.map { labels[$0] })")
        }
      }
    }
  }

  /// Fewer labels than a batch has images: none more than once oftener than another, and no image twice.
  @Test(arguments: [(300, 10, 64), (40, 3, 16), (64, 7, 64)])
  func scarceLabelsShareABatchAsEvenlyAsTheyCan(count: Int, kinds: Int, size: Int) {
    for seed in 0..<5 as Range<UInt64> {
      let labels = labels(count, kinds: kinds, seed: seed)
      let sizes = occurrences(Array(0..<count), labels)
      for batch in batches(DistinctLabels(labels), count, size: size, seed: seed) {
        #expect(Set(batch).count == size, "an image twice")
        let found = occurrences(batch, labels)
        let most = found.values.max()!
        // A label has fewer than the commonest by more than one only when all of its images are there.
        for (label, available) in sizes {
          #expect((found[label] ?? 0) >= min(most - 1, available), "\(found), of \(sizes)")
        }
      }
    }
  }

  @Test func equalLabelsAreVisitedOnceEach() {
    let labels = (0..<160).map { $0 % 16 }
    let visited = batches(DistinctLabels(labels), 160, size: 16).joined()
    #expect(visited.count == 160 && Set(visited).count == 160)
  }

  @Test func manyLabelsLeaveFewImagesUnseen() {
    // Four times as many clusters as a batch has images: the large ones can keep up.
    let labels = labels(2_000, kinds: 64)
    let seen = Set(batches(DistinctLabels(labels), 2_000, size: 16).joined()).count
    let seenByAll = Set(batches(DistinctLabels(labels.map { $0 / 4 }), 2_000, size: 16).joined()).count
    #expect(seen > 1_900, "\(seen)")
    #expect(seenByAll < seen)
  }

  @Test func everyPassDrawsAnewAndASeedDecides() {
    let labels = labels(300, kinds: 20)
    let sampler = DistinctLabels(labels)
    #expect(batches(sampler, 300, size: 16) == batches(sampler, 300, size: 16))
    #expect(batches(sampler, 300, size: 16) != batches(sampler, 300, size: 16, epoch: 1))
    #expect(batches(sampler, 300, size: 16) != batches(sampler, 300, size: 16, seed: 1))
  }

  @Test func everyImageOfALabelIsAsLikely() {
    // Label 0 has 10 images, label 1 has 30; both are in every batch of two.
    let labels = (0..<40).map { $0 < 10 ? 0 : 1 }
    var counts = [Int](repeating: 0, count: 40)
    for epoch in 0..<400 {
      for image in batches(DistinctLabels(labels), 40, size: 2, epoch: epoch).joined() { counts[image] += 1 }
    }
    // 20 batches of each pass draw label 0's images twice and two thirds of label 1's: 267 ± 9.4 of 400.
    #expect(counts[..<10].allSatisfy { $0 == 800 })
    #expect(counts[10...].allSatisfy { (220...314).contains($0) }, "\(counts)")
  }

  /// The control: labels come as often as where they are kept apart, but meet.
  @Test func evenLabelsComeAsOftenAndMeet() {
    let labels = labels(640, kinds: 16)
    let found = (0..<20).flatMap { batches(EvenLabels(labels), 640, size: 16, epoch: $0) }
    #expect(found.count == 800 && found.allSatisfy { Set($0).count == 16 }, "an image twice")
    // 12,800 draws of 16 labels: 800 ± 27 each, where shuffled batches draw the largest 16 times as often as the smallest.
    let counts = occurrences(found.flatMap(\.self), labels)
    #expect(counts.count == 16 && counts.values.allSatisfy { (690...910).contains($0) }, "\(counts)")
    // 1 in 16 pairs, rather than none.
    let meeting = BatchComposition.shareOfPairs(in: found, alike: labels)
    #expect(abs(meeting - 1.0 / 16) < 0.01, "\(meeting)")
    #expect(batches(EvenLabels(labels), 640, size: 16) == batches(EvenLabels(labels), 640, size: 16))
    #expect(
      batches(EvenLabels(labels), 640, size: 16) != batches(EvenLabels(labels), 640, size: 16, epoch: 1))
    // Fewer images than a batch has places for their label.
    let scarce = (0..<40).map { $0 < 2 ? 0 : 1 }
    #expect(batches(EvenLabels(scarce), 40, size: 20).allSatisfy { Set($0).count == 20 })
  }

  // MARK: The released code's batches

  /// The sheet's three lines, in loops.
  func releasedBatches(_ clusters: [Int], size: Int) -> [[Int]] {
    var entries: [(rank: Int, image: Int)] = []
    for image in clusters.indices {
      var rank = 0
      for earlier in 0..<image where clusters[earlier] == clusters[image] { rank += 1 }
      entries.append((rank, image))
    }
    var order: [Int] = []
    for rank in 0..<clusters.count { order += entries.filter { $0.rank == rank }.map(\.image) }
    var batches: [[Int]] = []
    while order.count >= size {
      batches.append(Array(order.prefix(size)))
      order.removeFirst(size)
    }
    return batches
  }

  @Test func rankOrderIsTheReleasedCodes() {
    for (count, kinds, size) in [(120, 8, 8), (203, 16, 16), (77, 5, 10)] {
      let clusters = labels(count, kinds: kinds, seed: 3)
      let found = batches(RankOrder(clusters), count, size: size, epoch: 4, seed: 9)
      #expect(found == releasedBatches(clusters, size: size))
      #expect(found == batches(RankOrder(clusters), count, size: size), "the same in every pass")
    }
  }

  @Test func rankOrderIsGuidedAtFirstAndTheOppositeAtLast() {
    let clusters = labels(800, kinds: 16, seed: 1)
    let smallest = occurrences(Array(0..<800), clusters).values.min()!
    let found = batches(RankOrder(clusters), 800, size: 16)
    for batch in found.prefix(smallest) { #expect(occurrences(batch, clusters).count == 16) }
    #expect(occurrences(found.last!, clusters).count < 8, "the last batches are of the largest clusters")
    #expect(Set(found.joined()).count == 800, "nothing is visited twice")
  }

  @Test func fixedBatchesAreThoseOfTheFirstPass() {
    let fixed = FixedBatches(of: Shuffled())
    let first = batches(Shuffled(), 100, size: 8, seed: 3)
    for epoch in 0..<3 { #expect(batches(fixed, 100, size: 8, epoch: epoch, seed: 3) == first) }
    #expect(batches(fixed, 100, size: 8, seed: 4) != first)
  }

  @Test func pairsAreCounted() {
    #expect(BatchComposition.shareOfPairs(in: [[0, 1, 2, 3]], alike: [5, 5, 5, 7]) == 0.5)
    #expect(BatchComposition.shareOfPairs(in: [[0, 1], [2, 3]], alike: [5, 6, 7, 7]) == 0.5)
    // Of ten classes in batches of 64, no sampler has fewer pairs of one class than 174 of 2,016.
    let classes = (0..<640).map { $0 % 10 }
    let fewest = BatchComposition.shareOfPairs(
      in: batches(DistinctLabels(classes), 640, size: 64), alike: classes)
    #expect(abs(fewest - 174.0 / 2_016) < 1e-12)
  }
}
