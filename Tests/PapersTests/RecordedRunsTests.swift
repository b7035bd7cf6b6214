import CO2Paper
import Foundation
import Testing

@testable import Harness
@testable import Records
@testable import repro

/// A committed run is a run of the arm that the code still describes: whoever changes a constant of a recorded arm has to
/// raise the experiment's version.
@Suite struct RecordedRunsTests {
  private static let results = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(component: "Results")
  private let catalogue = allExperiments

  @Test func areRunsOfTheirArmsAsTheyAre() throws {
    let files = try #require(
      FileManager.default.enumerator(at: Self.results, includingPropertiesForKeys: nil))
    var compared = 0
    for case let file as URL in files where file.path.contains("/runs/") && file.pathExtension == "json" {
      let manifest = try RunManifest(contentsOf: file)
      var identity = manifest.identity
      let type = try catalogue.experiment(named: identity.experiment)
      guard identity.version == type.version else { continue }
      let experiment = type.init(scale: identity.scale)
      let arm = try #require(experiment.arms.first { $0.name == identity.arm }, "\(file.path)")
      identity.plan = arm.plan
      identity.plan.precision = manifest.identity.plan.precision  // what `automatic` meant there
      identity.hyperparameters = arm.configuration.hyperparameters
      identity.dataset = experiment.dataset
      if file.path.contains("/gates/runs/") { identity.dataset.holdsOutTail = true }
      #expect(identity.digest == manifest.run, "\(identity.arm), \(file.lastPathComponent)")
      compared += 1
    }
    #expect(compared >= 3, "the record of co2-cifar10 holds three runs or more")
  }

  /// Who types the experiment's name gets what its claim needs, not a night of explorations.
  @Test func explorationsRunWhenAskedFor() throws {
    let experiment = CO2OnCIFAR10(scale: .reduced)
    #expect(
      try experiment.arms(named: []).map(\.name) == ["MoCo", "MoCo + CO2", "random encoder", "supervised"])
    #expect(try experiment.arms(named: ["all"]).count == experiment.arms.count)
    #expect(try experiment.arms(named: ["SimCLR"]).map(\.role) == [.exploratory])
  }
}
