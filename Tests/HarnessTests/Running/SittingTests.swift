import Foundation
import Testing

@testable import Claims
@testable import Harness
@testable import Records
@testable import Reporting

/// What a run says of each stretch it was computed in: by what, on what, and where the time went.
@Suite struct SittingTests {
  /// A run that was stopped after its first epoch.
  private func stopped(
    under output: URL, _ experiment: TinyExperiment = TinyExperiment()
  ) throws -> RunFolder {
    #expect(throws: Killed.self) {
      _ = try Runner.tiny(experiment, arms: ["Hard pull"], output: output) { event in
        if case .endedEpoch(let progress, _) = event, progress.epoch == 1 { throw Killed() }
      }.run()
    }
    return try #require(RunFolder.all(under: output).first)
  }

  /// The run as if it had been begun on a machine of other instructions.
  private func move(_ run: RunFolder) throws {
    var manifest = try RunManifest(contentsOf: run.manifest)
    manifest.machine.instructionSet = "avx1"
    manifest.sessions[0].machine?.instructionSet = "avx1"
    try writeAtomically(manifest.json, to: run.manifest)
  }

  @Test func everySittingTellsItsMachineAndWhereItsTimeWent() throws {
    let folder = try TemporaryFolder()
    let run = try stopped(under: folder.url)
    _ = try Runner.tiny(arms: ["Hard pull"], output: folder.url).run()
    let manifest = try RunManifest(contentsOf: run.manifest)
    #expect(manifest.sessions.count == 2 && manifest.alarms == [])
    #expect(manifest.claims == claimDigests(of: TinyExperiment().claims))
    for session in manifest.sessions {
      #expect(session.machine == .current && session.threads == 1 && session.build == Machine.build)
      #expect(session.host?.isEmpty == false && session.libraries == Machine.libraries)
      let phases = try #require(session.phases)
      #expect(phases.training > 0 && phases.monitoring > 0)
      #expect(phases.waitingForData > 0 && phases.waitingForData < phases.training)
      #expect(phases.training + phases.monitoring < session.wallSeconds)
    }
    #expect(manifest.sessions[0].phases?.evaluations == [:])
    #expect(manifest.sessions[1].phases?.evaluations.keys.sorted() == ["again-v1", "weights-v1"])
    #expect(manifest.machines == [.current])
  }

  @Test func readingIsToldOnceForAllRunsOfACommand() throws {
    let folder = try TemporaryFolder()
    let experiment = TinyExperiment()
    var request = Runner.Request(
      scale: .smoke, arms: experiment.arms, seeds: [0], dataset: experiment.dataset, output: folder.url,
      threads: 1)
    request.readingSeconds = 2.5
    let runner = Runner(
      experiment, request, images: try experiment.dataset.load(from: folder.url, acceptingDigest: false),
      source: SourceState(commit: nil, changedFiles: [], problem: "fatal: no"), watch: { _ in })
    let sessions = try runner.run().map { $0.manifest.sessions[0] }
    #expect(sessions.map { $0.phases?.reading } == [2.5, nil, nil])
    #expect(sessions.allSatisfy { $0.commitProblem == "fatal: no" && $0.isDirty })
  }

  @Test func cachesAreReadAsTheSystemTellsThem() throws {
    let folder = try TemporaryFolder()
    for (index, (level, type, size)) in [
      ("1", "Data", "32K"), ("1", "Instruction", "64K"), ("2", "Unified", "1M"), ("3", "Unified", "?"),
    ].enumerated() {
      let cache = folder.url.appending(component: "index\(index)")
      try makeFolder(cache)
      for (name, text) in [("level", level), ("type", type), ("size", size)] {
        try writeAtomically(Data("\(text)\n".utf8), to: cache.appending(component: name))
      }
    }
    #expect(
      Machine.caches(under: folder.url)
        == ["L1 data": 32_768, "L1 instruction": 65_536, "L2": 1_048_576])
    #expect(Machine.caches(under: folder.url.appending(component: "none")) == nil)
  }

  @Test func anotherInstructionSetIsRefusedUnlessItIsAllowedAndThenMarked() throws {
    let folder = try TemporaryFolder()
    let run = try stopped(under: folder.url)
    try move(run)
    let text = errorText { _ = try Runner.tiny(arms: ["Hard pull"], output: folder.url).run() }
    #expect(
      text.contains("instruction set: avx1 there, \(Machine.current.instructionSet) now"), "\(text)")
    #expect(text.contains("--allow-instruction-set"))

    let outcome = try Runner.tiny(arms: ["Hard pull"], output: folder.url, anyInstructionSet: true).run()[0]
    let here = Machine.current.instructionSet
    #expect(outcome.manifest.instructionSets == ["avx1", here])
    let rows = try outcome.run.folder.vouchedRows(by: outcome.manifest)
    let summary = try Summary(
      RecordedResults(scores: rows.scores, curves: rows.curves, manifests: [outcome.manifest]))
    let pairing = try summary.pairing("Hard pull", over: "Soft pull", rows.scores[0].measure)
    let caption = Caption(summary: summary, scale: .smoke, currentVersion: 1, pairing: pairing).text
    #expect(
      caption.contains("gone on with under another instruction set: Hard pull seed 0 (avx1, then \(here))"),
      "\(caption)")
    #expect(caption.contains("runs come from different machines"))
  }

  @Test func whatIsMeasuredLaterIsMeasuredWithTheSameInstructions() throws {
    let folder = try TemporaryFolder()
    var experiment = TinyExperiment()
    experiment.evaluations.removeLast()
    let first = try Runner.tiny(experiment, arms: ["Hard pull"], output: folder.url).run()[0]
    try move(first.run.folder)
    let text = errorText { _ = try Runner.tiny(arms: ["Hard pull"], output: folder.url).run() }
    #expect(text.contains("finished but for again-v1") && text.contains("instruction set: avx1"), "\(text)")
    _ = try Runner.tiny(arms: ["Hard pull"], output: folder.url, anyInstructionSet: true).run()
  }

  @Test func alarmsAreKeptWhereverTheRunIsKilled() throws {
    var experiment = TinyExperiment()
    experiment.ringsAtEpoch = 2
    let expected = Alarm("agreement was told for 2 epochs", epoch: 2)
    for killAt in 1...3 {
      let folder = try TemporaryFolder()
      var told: [Alarm] = []
      #expect(throws: Killed.self) {
        _ = try Runner.tiny(experiment, arms: ["Hard pull"], output: folder.url) { event in
          if case .endedEpoch(let progress, _) = event, progress.epoch == killAt { throw Killed() }
        }.run()
      }
      let outcome = try Runner.tiny(
        experiment, arms: ["Hard pull"], output: folder.url,
        watch: { if case .alarmed(let alarm) = $0 { told.append(alarm) } }
      ).run()[0]
      #expect(outcome.manifest.alarms?.contains(expected) == true, "killed after epoch \(killAt)")
      #expect(outcome.manifest.alarms?.filter { $0.kind == expected.kind }.count == 1)
      #expect(told.contains(expected) == (killAt == 1))
    }
  }

  // MARK: Older files

  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A file written before sittings told their machine, as it was recorded.
  @Test(arguments: ["4eb3198a9f22"])
  func olderFilesReadAndWriteAsTheyAre(run: String) throws {
    let url = Self.root.appending(path: "Tests/Fixtures/runs/\(run).json")
    let text = try Data(contentsOf: url)
    let manifest = try RunManifest(json: text)
    #expect(manifest.json == text)
    #expect(manifest.alarms == nil && manifest.claims == nil && manifest.divergence == nil)
    #expect(manifest.sessions.allSatisfy { $0.machine == nil && $0.phases == nil })
    #expect(manifest.machines == [manifest.machine] && manifest.instructionSets == ["avx512_bf16"])
    #expect(manifest.claimProblem(under: Declaration(TinyExperiment(), scale: .reduced)) == nil)
    #expect(manifest.run == run && manifest.identity.digest == run)
  }
}
