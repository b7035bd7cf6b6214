import Tensors
import Testing

@testable import Vision

/// The order of images: a function of seed and epoch.
@Suite struct SamplerTests {
  @Test func everyImageOnceAndNoPartialBatch() {
    let batches = Shuffled().batches(count: 103, size: 10, epoch: 0, seed: 1)
    #expect(batches.count == 10 && batches.allSatisfy { $0.count == 10 })
    #expect(Set(batches.joined()).count == 100 && batches.joined().allSatisfy { (0..<103).contains($0) })
  }

  @Test func orderDependsOnSeedAndEpochAlone() {
    let first = Shuffled().batches(count: 1_000, size: 100, epoch: 3, seed: 7)
    #expect(first == Shuffled().batches(count: 1_000, size: 100, epoch: 3, seed: 7))
    #expect(first != Shuffled().batches(count: 1_000, size: 100, epoch: 4, seed: 7))
    #expect(first != Shuffled().batches(count: 1_000, size: 100, epoch: 3, seed: 8))
    #expect(
      Array(first.joined()) == Array(Shuffled().batches(count: 1_000, size: 50, epoch: 3, seed: 7).joined()))
  }

  @Test func placesAreUniform() {
    var sums = [Double](repeating: 0, count: 20)
    for epoch in 0..<500 {
      for (place, image) in Shuffled().batches(count: 20, size: 20, epoch: epoch, seed: 0)[0].enumerated() {
        sums[image] += Double(place)
      }
    }
    // Each mean place is 9.5 with standard deviation 5.77 / √500 = 0.26.
    #expect(sums.allSatisfy { abs($0 / 500 - 9.5) < 1.2 })
  }
}
