import Tensors
import Testing

@testable import Generation
@testable import Vision

@Suite struct ImageQualityTests {
  private let learned = Shapes.images(120, seed: 0, stream: "learned")
  private let unseen = Shapes.images(120, seed: 1, stream: "unseen")

  /// Copies, mirrored or changed by a little noise, are found; images of the same kind are not taken for copies.
  @Test func copiesAreFound() {
    let others = MemorizationCheck(
      generated: Shapes.images(120, seed: 2, stream: "others"), unseen: unseen, learned: learned)
    #expect(others.shareBelowThreshold < 0.1, "\(others.shareBelowThreshold)")
    var random = Random(seed: 0, stream: "copies")
    let mirrored = ViewLoader(
      learned, augmentations: [[HorizontalFlip(probability: 1)]], standardization: .none
    )
    .batch(indices: Array(0..<120), epoch: 0).views[0].images.floats
    // Planes again, and a little noise.
    var bytes = [UInt8](repeating: 0, count: learned.bytes.count)
    for (place, value) in mirrored.enumerated() {
      let (channel, pixel, image) = (place % 3, place / 3 % 1_024, place / 3_072)
      bytes[image * 3_072 + channel * 1_024 + pixel] = UInt8(
        max(0, min(255, 255 * value + 4 * random.normal())))
    }
    let copies = MemorizationCheck(
      generated: ImageSet(height: 32, width: 32, bytes: bytes, labels: [], classNames: []), unseen: unseen,
      learned: learned)
    #expect(copies.shareBelowThreshold > 0.95 && copies.medianDistance < 0.03)
    #expect(copies.closest.allSatisfy { $0.generated == $0.learned })
    #expect(copies.medianDistanceOfUnseen == others.medianDistanceOfUnseen)
  }

  @Test func noiseLiesFartherThanImagesOfTheSameKind() {
    let space = FeatureSpace.random(width: 4)
    var random = Random(seed: 0, stream: "noise")
    let noise = ImageSet(
      height: 32, width: 32, bytes: (0..<learned.bytes.count).map { _ in UInt8(random.integer(below: 256)) },
      labels: [], classNames: [])
    func quality(_ generated: ImageSet) -> ImageQuality {
      ImageQuality(of: generated, unseen: unseen, learned: learned, in: space, limit: 100)
    }
    let (real, random100) = (quality(Shapes.images(120, seed: 3, stream: "real")), quality(noise))
    #expect(real.generatedCount == 100 && real.learnedCount == 120 && real.features == space.name)
    #expect(real.frechetDistance < 0.2 * random100.frechetDistance)
    #expect(real.frechetDistanceOfLearned == random100.frechetDistanceOfLearned)
    #expect(random100.memorization.medianDistance > real.memorization.medianDistance)
  }
}
