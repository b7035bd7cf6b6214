import Foundation
import Testing

@testable import Harness
@testable import Records

/// How the program ends when a scheduler, or a user, asks it to; asked of the program itself.
@Suite(.serialized) struct EndingTests {
  private static let words = [
    "run", "rotnet-cifar10", "--scale", "smoke", "--seeds", "0", "--arms", "RotNet", "--evaluations",
    "knn-v1",
    "--threads", "1", "--output", "Runs", "--json",
  ]

  private func files(_ folder: URL) throws -> [String] {
    let run = try #require(RunFolder.all(under: folder.appending(component: "Runs")).first)
    return try [run.curves, run.scores].map { try String(contentsOf: $0, encoding: .utf8) }
  }

  private func manifest(_ folder: URL) throws -> RunManifest {
    let run = try #require(RunFolder.all(under: folder.appending(component: "Runs")).first)
    return try RunManifest(contentsOf: run.manifest)
  }

  /// How often the run was begun or gone on with, once it has something to go on from.
  private func sittings(_ folder: URL) -> Int {
    let run = RunFolder.all(under: folder.appending(component: "Runs")).first
    guard let run, FileManager.default.fileExists(atPath: run.checkpoint.path) else { return 0 }
    return (try? RunManifest(contentsOf: run.manifest))?.sessions.count ?? 0
  }

  /// Waits until a training has begun, and a while longer, and sends `signal`; returns the status.
  private func stopped(
    _ folder: URL, by signal: Int32, after milliseconds: UInt32, then second: Int32? = nil,
    _ variables: [String: String] = [:], options: [String] = []
  ) throws -> Int32 {
    let before = sittings(folder)
    let process = try Program.start(Self.words + options, in: folder, variables)
    while process.isRunning && sittings(folder) == before { usleep(1_000) }
    usleep(milliseconds * 1_000)
    kill(process.processIdentifier, signal)
    if let second { kill(process.processIdentifier, second) }
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Stopped again and again and gone on with, a run has the files of one that was not.
  @Test func aTaskSaysRunMeAgainAndGoesOnWithTheSameBytes() throws {
    let whole = try TemporaryFolder()
    #expect(try Program.status(Self.words, in: whole.url) == 0)
    let expected = try files(whole.url)

    let folder = try TemporaryFolder()
    for (restart, (signal, delay)) in [(SIGUSR1, 37), (SIGTERM, 0), (SIGXCPU, 113)].enumerated() {
      let job = ["SLURM_JOB_ID": "\(70 + restart)", "SLURM_RESTART_COUNT": "\(restart)"]
      let status = try stopped(folder.url, by: signal, after: UInt32(delay), job)
      // A machine that is fast enough may have come to the end.
      if status == 0 { break }
      #expect(status == 75, "signal \(signal) after \(delay) ms")
    }
    let last = ["SLURM_JOB_ID": "80", "SLURM_ARRAY_JOB_ID": "79", "SLURM_ARRAY_TASK_ID": "4"]
    #expect(try Program.status(Self.words, in: folder.url, last) == 0)
    #expect(try files(folder.url) == expected)
    let sessions = try manifest(folder.url).sessions
    #expect(sessions.count > 1 && sessions.allSatisfy { $0.jobs?["SLURM_JOB_ID"] != nil })
    #expect(sessions[0].jobs == ["SLURM_JOB_ID": "70", "SLURM_RESTART_COUNT": "0"])
    #expect(sessions.last?.jobs == last || sessions.last?.jobs?["SLURM_JOB_ID"] == "72")

    // Finished before: nothing is trained or written again.
    let before = try manifest(folder.url)
    #expect(try Program.status(Self.words, in: folder.url, last) == 0)
    #expect(try manifest(folder.url) == before)
  }

  /// Slurm signals a script, which hands the signal on, and what the script started: that is one request, and is answered
  /// by saving the step.
  @Test func theSameRequestTwiceStillSaves() throws {
    let folder = try TemporaryFolder()
    #expect(try stopped(folder.url, by: SIGTERM, after: 0, then: SIGUSR1, ["SLURM_JOB_ID": "7"]) == 75)
    #expect(try manifest(folder.url).steps > 0)
  }

  @Test func withoutASchedulerTheStatusIsAShellsUnlessAskedFor() throws {
    let folder = try TemporaryFolder()
    #expect(try stopped(folder.url, by: SIGTERM, after: 0) == 130)
    #expect(try stopped(folder.url, by: SIGTERM, after: 0, options: ["--requeue-exit"]) == 75)
  }

  @Test func dataThatCannotBeHadAndFoldersInUseHaveTheirStatus() throws {
    let folder = try TemporaryFolder()
    #expect(try Program.status(Self.words + ["--real-data-only"], in: folder.url) == 69)
    let run = RunFolder(
      folder.url.appending(path: "Runs/rotnet-cifar10/smoke/shapes-synthetic/rotnet/0"))
    let lock = try RunLock(run)
    #expect(try Program.status(Self.words, in: folder.url) == 75)
    withExtendedLifetime(lock) {}
  }
}
