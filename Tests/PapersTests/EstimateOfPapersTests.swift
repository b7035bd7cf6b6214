import CO2Paper
import SimCLRPaper
import SwAVPaper
import Testing
import Vision

@testable import Harness

@Suite struct EstimateOfPapersTests {
  /// The baseline that measuring is timed on has no classifier, while the experiments measure one's accuracy too.
  @Test(arguments: [CO2OnCIFAR10.self, SimCLROnCIFAR10.self, SwAVOnCIFAR10.self] as [any Experiment.Type])
  func everyArmOfAPaperIsEstimated(type: any Experiment.Type) throws {
    let experiment = type.init(scale: .smoke)
    let images = try DatasetReference.shapes.first(512).load()
    let estimate = try Estimator(experiment, scale: .smoke, images: images) { _ in }.estimate()
    #expect(estimate.arms.map(\.name) == experiment.arms.map(\.name))
    #expect(estimate.evaluatedArm == experiment.headline.baseline)
    #expect(estimate.evaluationSeconds > 0)
  }
}
