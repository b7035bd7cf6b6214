import Foundation
import Harness
import Testing
import Vision

@testable import Claims
@testable import Records
@testable import repro

/// Every constant of every experiment, scale and arm, and the digest of its run with seed 0, as they are committed in
/// `Tests/Fixtures/identities`: what has no record yet has no other test that its identity stays.
///
/// Where one is meant to change, `REPRO_WRITE_FIXTURES=1 swift test --filter RunDigestTests` writes the files anew.
struct RunDigestTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/identities")
  private static let isWriting = ProcessInfo.processInfo.environment["REPRO_WRITE_FIXTURES"] == "1"

  @Test(arguments: allExperiments.experiments.map { $0.name })
  func constantsAndDigestsAreAsCommitted(_ name: String) throws {
    let type = try allExperiments.experiment(named: name)
    let found = try Scale.allCases.flatMap { try Self.lines(of: type, scale: $0) }
    let file = Self.folder.appending(component: "\(name).txt")
    if Self.isWriting {
      try makeFolder(Self.folder)
      try writeAtomically(Data((found.joined(separator: "\n") + "\n").utf8), to: file)
    }
    let committed = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
    #expect(found.count == committed.count)
    for (index, (now, before)) in zip(found, committed).enumerated() {
      #expect(now == before, "\(name).txt, line \(index + 1)")
    }
  }

  @Test(.disabled(if: isWriting, "the files are being written"))
  func everyFileIsAnExperiments() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(Set(files) == Set(allExperiments.experiments.map { "\($0.name).txt" }))
  }

  /// The digest of what `repro config` prints about the experiment, then a line per arm: its run, the digest of what is
  /// printed about it, its name.
  private static func lines(of type: any Experiment.Type, scale: Scale) throws -> [String] {
    let experiment = type.init(scale: scale)
    let arms = experiment.arms
    let declaration = Declaration(experiment, scale: scale)
    let description = JSONValue(
      encoding: ExperimentDescription(declaration, automaticPrecision: .float32))
    guard case .object(var members) = description, case .array(let entries)? = members["arms"] else {
      return []
    }
    members["arms"] = nil
    // The same on every machine.
    members["automaticPrecision"] = .string("float32")
    return try ["\(scale.rawValue): \(JSONValue.object(members).digest.prefix(12))"]
      + zip(arms, entries).map { try "\(run(of: $0, experiment, scale)) \($1.digest.prefix(12)) \($0.name)" }
  }

  /// The digest of the run with seed 0 in float32, as if the digest of the data were a word.
  private static func run(of arm: Arm, _ experiment: any Experiment, _ scale: Scale) throws -> String {
    var configuration = arm.configuration
    configuration.plan.precision = .float32
    let dataset = experiment.dataset
    return PlannedRun(
      try arm.with(configuration), seed: 0, of: experiment, scale: scale, dataset: dataset,
      data: DataIdentity(name: dataset.name.rawValue, kind: "official", digest: "data"),
      inflation: arm.inflation.map { DataIdentity(name: $0.source.rawValue, kind: "file", digest: "added") },
      output: URL(filePath: "/runs")
    ).key.run
  }
}
