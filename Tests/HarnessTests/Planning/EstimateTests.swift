import Testing
import Vision

@testable import Harness

@Suite struct EstimateTests {
  private let images = try! DatasetReference.shapes.first(64).load()

  @Test func everyArmIsTimedAndCountedInSteps() throws {
    var said: [String] = []
    let estimate = try Estimator(TinyExperiment(), scale: .smoke, images: images) { said.append($0) }
      .estimate()
    #expect(estimate.arms.map(\.name) == ["Soft pull", "Hard pull", "Untrained"])
    // 64 images in batches of 8, three epochs.
    #expect(estimate.arms.map(\.steps) == [24, 24, 0])
    #expect(estimate.arms.map { ($0.secondsPerStep ?? 0) > 0 } == [true, true, false])
    #expect(estimate.arms[2].trainingSeconds == 0)
    // Trainings come before measuring, each told as soon as it is known.
    #expect(
      said.count == 5 && said[0].hasPrefix("timing steps of Soft pull")
        && said[1].hasPrefix("Soft pull: about "))
    #expect(said.last?.hasPrefix("timing weights-v1") == true, "\(said)")
  }

  @Test func seedsMultiplyAndTheHeadlineIsAPart() {
    func arm(_ name: String, isHeadline: Bool, steps: Int) -> Estimate.ArmCost {
      Estimate.ArmCost(
        name: name, isHeadline: isHeadline, steps: steps, secondsPerStep: 0.5, monitorSeconds: 2)
    }
    let estimate = Estimate(
      experiment: "x", scale: .reduced,
      arms: [arm("a", isHeadline: true, steps: 20), arm("b", isHeadline: false, steps: 40)],
      evaluationSeconds: 3, evaluatedArm: "a")
    #expect(estimate.seconds(seeds: 2, headlineOnly: true) == 2 * (10 + 2 + 3))
    #expect(estimate.seconds(seeds: 1) == (10 + 2 + 3) + (20 + 2 + 3))
  }
}
