import Foundation
import Testing

@testable import Harness
@testable import Records
@testable import repro

/// How much memory constants alone say that a training takes.
@Suite struct MemoryOfArmsTests {
  private func changed(_ experiment: String, _ arm: String, _ settings: [String]) throws -> Arm {
    let experiment = try allExperiments.experiment(named: experiment).init(scale: .smoke)
    return try Arm.applying(settings.map { Override($0)! }, to: experiment.arms(named: [arm]))[0]
  }

  /// Each constant lies within its range, and all together beyond every machine: these trapped, or were killed for memory.
  @Test(arguments: [
    ("swav-cifar10", "two crops", ["queueLength=16777216", "embeddingDimension=65536"]),
    ("simclr-cifar10", "non-linear head", ["width=1024", "blocks=[1000,1000,1000,1000]"]),
    ("co2-cifar10", "MoCo", ["queueLength=16777216", "embeddingDimension=65536"]),
  ])
  func whatNoMachineHoldsIsRefused(experiment: String, arm: String, settings: [String]) throws {
    let text = errorText { try changed(experiment, arm, settings).check() }
    #expect(text.contains("GB of memory, and this machine has"), "\(text)")
  }

  /// A bound below is one only if every run on record has taken more.
  @Test func recordedRunsTookMoreThanTheBound() throws {
    var compared = 0
    let results = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Results")
    for type in allExperiments.experiments {
      let folder = ResultsFolder(results.standardizedFileURL, experiment: type.name, scale: .reduced)
      let record = try RecordedResults(readingFrom: folder)
      for arm in type.init(scale: .reduced).arms {
        for manifest in record.manifests where manifest.identity.arm == arm.name {
          #expect(arm.leastMemory < Double(manifest.peakMemoryBytes), "\(type.name) \(arm.name)")
          compared += 1
        }
      }
    }
    #expect(compared > 0)
  }

  @Test func everyArmOfEveryScaleFitsAWorkstation() {
    for type in allExperiments.experiments {
      for scale in Scale.allCases {
        for arm in type.init(scale: scale).arms {
          #expect(arm.memoryProblem(16e9) == nil, "\(type.name) \(arm.name) \(scale)")
        }
      }
    }
  }
}
