import Foundation
import NeuralNetworks
import Pretraining
import Testing

@testable import Generation
@testable import Harness
@testable import Records
@testable import Vision

@Suite struct LearnabilityTests {
  /// Flat images of two colours: after 240 steps both are drawn, and little else; half as many draw one of them too rarely
  /// with some numbers of threads.
  @Test func twoColoursAreLearnedAndDrawnAboutEquallyOften() throws {
    let colours: [[Double]] = [[220, 60, 40], [40, 90, 200]]
    let planes = (0..<640).flatMap { image in
      colours[image % 2].flatMap { Array(repeating: UInt8($0), count: 64) }
    }
    let images = ImageSet(height: 8, width: 8, bytes: planes, labels: [], classNames: [])
    let output = FileManager.default.temporaryDirectory.appending(component: "learning-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: output) }
    var recipe = try #require(GeneratorRecipe(scale: .smoke, data: .shapes))
    recipe.network = UNet.Configuration(width: 16, multipliers: [1, 2], attentionFrom: 1)
    recipe.plan = TrainingPlan(
      epochs: 12, batchSize: 32, optimizer: .adam(learningRate: 4e-3, beta2: 0.99),
      schedule: .cosine(warmupEpochs: 0.5))
    (recipe.averageMomentum, recipe.sampling) = (0.95, HeunSampling(steps: 6))
    let session = try GeneratorSession(
      GeneratorIdentity(scale: .smoke, recipe: recipe, seed: 0, dataDigest: "two colours"), images: images,
      data: DataIdentity(name: "colours", kind: "synthetic", digest: ""), output: output,
      source: SourceState(commit: nil, changedFiles: []), shouldStop: { false })
    try session.train()
    _ = try session.draw(.last, count: 40)
    let drawn = try ByteArray(npy: session.folder.images(.last, count: 40)).images()
    var nearest = [0, 0]
    var distances: [Double] = []
    for image in 0..<40 {
      let means = (0..<3).map { channel in
        let start = image * 192 + channel * 64
        return drawn.bytes[start..<start + 64].reduce(0.0) { $0 + Double($1) } / 64
      }
      let gaps = colours.map { colour in
        zip(colour, means).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
      }
      nearest[gaps[0] < gaps[1] ? 0 : 1] += 1
      distances.append(gaps.min()!)
    }
    // The colours lie 243 apart, and noise alone would lie about 120 from the nearer; how far training comes depends on
    // rounding, hence on the CPU and the number of threads.
    #expect(distances.quantile(0.5) < 50, "\(distances)")
    #expect(nearest.min()! >= 8, "\(nearest)")
  }
}
