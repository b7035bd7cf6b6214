import Foundation
import Testing

@testable import Harness
@testable import Records

/// A run that was stopped, at any moment and in any way, ends with the files of one that was not.
@Suite struct RunResumeTests {
  private static let stepsInAll = 12
  private static let arm = "Hard pull"

  private func files(_ output: URL) throws -> [String: String] {
    let folder = try #require(RunFolder.all(under: output).first)
    return try ["curves": folder.curves, "scores": folder.scores].mapValues {
      try String(contentsOf: $0, encoding: .utf8)
    }
  }

  private func uninterrupted() throws -> [String: String] {
    let folder = try TemporaryFolder()
    _ = try Runner.tiny(arms: [Self.arm], output: folder.url).run()
    return try files(folder.url)
  }

  @Test func aKilledRunEndsWithTheSameFiles() throws {
    let expected = try uninterrupted()
    for killAt in 1...Self.stepsInAll {
      let folder = try TemporaryFolder()
      var steps = 0
      #expect(throws: Killed.self) {
        _ = try Runner.tiny(arms: [Self.arm], output: folder.url) { event in
          guard case .stepped = event else { return }
          steps += 1
          if steps == killAt { throw Killed() }
        }.run()
      }
      let outcomes = try Runner.tiny(arms: [Self.arm], output: folder.url).run()
      #expect(try files(folder.url) == expected, "killed at step \(killAt)")
      #expect(outcomes[0].manifest.status == .finished)
      #expect(outcomes[0].manifest.sessions.count == 2)
    }
  }

  @Test func aRunStoppedAgainAndAgainEndsWithTheSameFiles() throws {
    let expected = try uninterrupted()
    let folder = try TemporaryFolder()
    var stepsTaken = 0
    var sessions = 0
    while true {
      var steps = 0
      sessions += 1
      do {
        _ = try Runner.tiny(
          arms: [Self.arm], output: folder.url, watch: { event in if case .stepped = event { steps += 1 } },
          shouldStop: { steps >= 2 }
        ).run()
        stepsTaken += steps
        break
      } catch is Interrupted {
        stepsTaken += steps
      }
    }
    #expect(try files(folder.url) == expected)
    #expect(sessions > 4)
    #expect(stepsTaken == Self.stepsInAll, "a run that is asked to stop saves the step it is at")
  }

  @Test func whatWasWrittenAfterTheCheckpointIsCutOff() throws {
    let expected = try uninterrupted()
    let folder = try TemporaryFolder()
    var epochs = 0
    #expect(throws: Killed.self) {
      _ = try Runner.tiny(arms: [Self.arm], output: folder.url) { event in
        guard case .endedEpoch = event else { return }
        epochs += 1
        if epochs == 3 { throw Killed() }
      }.run()
    }
    let run = try #require(RunFolder.all(under: folder.url).first)
    try OutputFile(run.curves).write("half a li")
    let leftovers = [".run.json.1.tmp", "checkpoint.safetensors.1.part"].map {
      run.url.appending(component: $0)
    }
    for file in leftovers { try OutputFile(file).write("half") }
    _ = try Runner.tiny(arms: [Self.arm], output: folder.url).run()
    #expect(try files(folder.url) == expected)
    for file in leftovers { #expect(!FileManager.default.fileExists(atPath: file.path)) }
  }

  @Test func aRunKilledBetweenEvaluationsMeasuresOnlyTheRest() throws {
    let expected = try uninterrupted()
    let folder = try TemporaryFolder()
    #expect(throws: Killed.self) {
      _ = try Runner.tiny(arms: [Self.arm], output: folder.url) { event in
        if case .measured = event { throw Killed() }
      }.run()
    }
    var measured: [String] = []
    _ = try Runner.tiny(arms: [Self.arm], output: folder.url) { event in
      if case .measured(let name, _) = event { measured.append(name) }
      if case .stepped = event { Issue.record("a trained run was trained again") }
    }.run()
    #expect(measured == ["again-v1"])
    #expect(try files(folder.url) == expected)
  }

  @Test func anEvaluationAddedLaterMeasuresTheFinishedRun() throws {
    let expected = try uninterrupted()
    let folder = try TemporaryFolder()
    var experiment = TinyExperiment()
    experiment.evaluations.removeFirst()
    _ = try Runner.tiny(experiment, arms: [Self.arm], output: folder.url).run()
    _ = try Runner.tiny(arms: [Self.arm], output: folder.url).run()
    #expect(try files(folder.url) == expected)
  }

  /// The folder of a run that was killed after its first epoch.
  private func killed(under output: URL) throws -> RunFolder {
    #expect(throws: Killed.self) {
      _ = try Runner.tiny(arms: [Self.arm], output: output) { event in
        if case .endedEpoch(let progress, _) = event, progress.epoch == 1 { throw Killed() }
      }.run()
    }
    return try #require(RunFolder.all(under: output).first)
  }

  @Test(arguments: [
    ("a number", "is damaged"), ("the end", "is cut off"), ("the form", "is not a safetensors file"),
  ])
  func aDamagedCheckpointIsNotGoneOnFrom(what: String, text: String) throws {
    let folder = try TemporaryFolder()
    let run = try killed(under: folder.url)
    var bytes = try Data(contentsOf: run.checkpoint)
    switch what {
    case "a number": bytes[bytes.count - 2] ^= 0x10
    case "the end": bytes.removeLast(8)
    default: bytes = Data("<html>a page of a web host</html>".utf8)
    }
    try bytes.write(to: run.checkpoint)
    let error = #expect(throws: ResumeError.self) {
      try Runner.tiny(arms: [Self.arm], output: folder.url).run()
    }
    let said = try #require(error?.description)
    #expect(said.contains(text) && said.contains("--fresh") && said.contains(run.checkpoint.path), "\(said)")
    #expect(try Data(contentsOf: run.checkpoint) == bytes, "nothing is lost by refusing")
  }

  @Test func curvesChangedByHandAreNotGoneOnFrom() throws {
    let folder = try TemporaryFolder()
    let run = try killed(under: folder.url)
    let text = try String(contentsOf: run.curves, encoding: .utf8)
    try text.replacing("loss", with: "gain").write(to: run.curves, atomically: true, encoding: .utf8)
    #expect(throws: ResumeError.self) { try Runner.tiny(arms: [Self.arm], output: folder.url).run() }
    _ = try Runner.tiny(arms: [Self.arm], output: folder.url, isFresh: true).run()
    #expect(try files(folder.url) == uninterrupted())
  }
}
