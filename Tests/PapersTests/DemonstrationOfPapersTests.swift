import Harness
import Testing
import Vision

@testable import repro

/// What every experiment shows at demo scale; `Scripts/demo-test` trains it.
@Suite struct DemonstrationOfPapersTests {
  @Test(arguments: allExperiments.experiments.map { $0.name })
  func aDemonstrationGoesFromNoTrainingToLabelsOnDrawnImages(name: String) throws {
    let experiment = try allExperiments.experiment(named: name).init(scale: .demo)
    let shown = experiment.demonstration
    #expect(experiment.dataset.name == .shapes && experiment.denseDataset == nil)
    let arms = experiment.armsByName
    let floor = try #require(arms[shown.floor])
    let method = try #require(arms[shown.method])
    #expect(floor.plan.epochs == 0 && method.plan.epochs > 0 && !method.usesLabels)
    for arm in shown.arms { try #require(arms[arm]).check(imageCount: 3_000) }
    if let ceiling = shown.ceiling { #expect(try #require(arms[ceiling]).usesLabels) }
    #expect(experiment.evaluations.map(\.name).contains(shown.measure.evaluation))
    #expect(shown.margin >= 3, "a lead that chance gives shows nothing")
  }
}
