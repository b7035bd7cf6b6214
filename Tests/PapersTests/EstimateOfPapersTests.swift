import Testing
import Vision

@testable import Harness
@testable import repro

@Suite struct EstimateOfPapersTests {
  /// The baseline that measuring is timed on has no classifier, while the experiments measure one's accuracy too.
  @Test(arguments: allExperiments.experiments.filter { $0.init(scale: .reduced).dataset.name == .cifar10 })
  func everyArmOfAPaperIsEstimated(type: any Experiment.Type) throws {
    let experiment = type.init(scale: .smoke)
    let images = try DatasetReference.shapes.first(512).load().offeringStandIns(to: experiment.arms)
    let estimate = try Estimator(experiment, scale: .smoke, images: images) { _ in }.estimate()
    #expect(estimate.arms.map(\.name) == experiment.arms.map(\.name))
    #expect(estimate.evaluatedArm == experiment.headline.baseline)
    #expect(estimate.evaluationSeconds > 0)
  }
}
