import Testing

@testable import Vision

/// Real and added images in one list: what stands where, and in which proportions batches drawn from it are.
@Suite struct MixtureTests {
  let own = Shapes.images(6, seed: 1, stream: "own")
  let added = Shapes.images(9, seed: 2, stream: "added")

  @Test func everyOwnImageStandsInTheListAsOftenAsItCounts() {
    for weight in 1...4 {
      let mixture = Mixture(own: own, weight: weight, added: added)
      #expect(mixture.count == 6 * weight + 9 && mixture.images.count == 15)
      let images = (0..<mixture.count).map(mixture.image)
      for image in 0..<15 { #expect(images.count { $0 == image } == (image < 6 ? weight : 1)) }
      #expect(mixture.images.bytes == own.bytes + added.bytes && mixture.images.labels.isEmpty)
    }
    let alone = Mixture(own)
    #expect(alone.count == 6 && alone.ownShare == 1 && (0..<6).map(alone.image) == Array(0..<6))
    #expect(alone.images.labels == own.labels)
  }

  @Test func batchesAreMixedAsTheListIs() {
    // 50 own images that count ten times beside 1,000: a third of the list.
    let mixture = Mixture(
      own: Shapes.images(50, seed: 1, stream: "own"), weight: 10,
      added: Shapes.images(1_000, seed: 2, stream: "added"))
    #expect(mixture.count == 1_500 && abs(mixture.ownShare - 1.0 / 3) < 1e-12)
    var shares: [Double] = []
    for pass in 0..<20 {
      let batches = Shuffled().batches(count: mixture.count, size: 60, epoch: pass, seed: 0)
      shares += batches.map { batch in Double(batch.count { mixture.image(at: $0) < 50 }) / 60 }
    }
    // A pass is whole here, so that the mean is exact; a batch is a draw without replacement of 60 from 1,500.
    let mean = shares.reduce(0, +) / Double(shares.count)
    #expect(abs(mean - 1.0 / 3) < 1e-12)
    let variance = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(shares.count)
    let expected = (1.0 / 3) * (2.0 / 3) / 60 * (1_440.0 / 1_499)
    #expect(abs(variance / expected - 1) < 0.25, "\(variance) instead of \(expected)")
  }

  /// An image that is twice in a batch would be a negative of itself.
  @Test func noImageIsTwiceInABatch() {
    let mixture = Mixture(
      own: Shapes.images(50, seed: 1, stream: "own"), weight: 10,
      added: Shapes.images(1_000, seed: 2, stream: "added"))
    for pass in 0..<5 {
      let batches = Shuffled().batches(count: mixture.count, size: 60, epoch: pass, seed: 0)
      #expect(batches.contains { Set($0.map(mixture.image)).count < 60 }, "there is something to separate")
      let separated = mixture.separated(batches)
      #expect(separated.allSatisfy { Set($0.map(mixture.image)).count == 60 })
      #expect(separated.joined().sorted() == batches.joined().sorted(), "the same places")
      #expect(separated == mixture.separated(batches) && mixture.separated(separated) == separated)
    }
    let plain = Shuffled().batches(count: 1_050, size: 60, epoch: 0, seed: 0)
    #expect(Mixture(own: mixture.images.first(50), weight: 1, added: added).separated(plain) == plain)
    // Three places of an image in two batches: one stays where it is.
    let few = Mixture(own: own, weight: 3, added: added)
    #expect(few.separated([[0, 6, 12], [1, 7, 13]]) == [[0, 6, 12], [1, 7, 13]])
  }

  @Test func aCollectionAddsWhatItOffers() throws {
    let scarce = try DatasetReference.shapes.scarce(percent: 1).load()
    #expect(scarce.offers(.unused) && !scarce.offers(.generated))
    #expect(scarce.identity(of: .unused) == scarce.identity && scarce.identity(of: .generated) == nil)
    let oracle = scarce.mixture(Inflation(.unused))
    #expect(oracle.ownCount == 50 && oracle.images.count == 5_000)

    let offering = scarce.offering([.generated: .standIn(for: .generated, count: 9)])
    #expect(offering.count(of: .generated) == 9 && offering.identity(of: .generated)?.isSynthetic == true)
    let mixture = offering.mixture(Inflation(.generated, count: 4, ownWeight: 3))
    #expect(mixture.count == 3 * 50 + 4)
    #expect(
      mixture.images.bytes.suffix(3_072 * 4)
        == Shapes.images(4, seed: 1, stream: "shapes.generated").bytes[...])
    #expect(offering.pretraining.count == 50 && offering.unused?.count == 4_950)
  }

  @Test func viewsAreAFunctionOfPlaceWhereOneIsGiven() {
    let loader = ViewLoader(
      own, augmentations: [[RandomResizedCrop(to: 32, area: 0.2...1)]], standardization: .none, seed: 1)
    let batch = loader.batch(indices: [2, 2, 4], at: [2, 8, 4], epoch: 0)
    #expect(batch.indices == [2, 2, 4] && batch.views[0].crops[0] != batch.views[0].crops[1])
    let plain = loader.batch(indices: [2, 4], epoch: 0)
    #expect(plain.views[0].crops == [batch.views[0].crops[0], batch.views[0].crops[2]])
  }
}
