import Foundation
import Tensors
import Testing

@testable import Commands
@testable import Harness
@testable import Records

/// Cells run one by one come to what one command for all of them comes to.
@Suite struct CellRunnerTests {
  private func runner(_ output: URL) throws -> CellRunner {
    let words = ["sweep", "tiny-shapes:0...3", "--scale", "smoke", "--data-dir", output.path]
    let command = try #require(try ReproCommand.parseAsRoot(words) as? SweepCommand)
    return CellRunner(
      scale: .smoke, output: output, data: command.data, inflation: command.inflation, isRealDataOnly: true,
      source: SourceState(commit: "0123456789abcdef", changedFiles: []))
  }

  private let sweep = Sweep([.init(Declaration(TinyExperiment(), scale: .smoke), seeds: [0, 1, 2, 3])])
  private let catalogue = Catalogue([TinyExperiment.self])

  private func files(_ output: URL) throws -> [String: String] {
    var files: [String: String] = [:]
    for folder in RunFolder.all(under: output) {
      for file in [folder.curves, folder.scores] {
        files[String(file.path.dropFirst(output.path.count))] = try String(contentsOf: file, encoding: .utf8)
      }
    }
    return files
  }

  @Test func cellsInAnyOrderLeaveTheFilesOfOneCommand() async throws {
    let one = try TemporaryFolder()
    let many = try TemporaryFolder()
    _ = try Runner.tiny(
      seeds: [0, 1, 2, 3], arms: ["Soft pull", "Hard pull"], output: one.url, threads: WorkerPool.threads
    ).run()
    let output = many.url
    try await Known.$catalogue.withValue(catalogue) {
      for index in [2, 0, 3, 1] {
        var runner = try runner(output)
        try await runner.run(sweep.cell(index), title: "test")
        #expect(runner.tally == CellRunner.Tally())
      }
    }
    let (expected, found) = (try files(one.url), try files(output))
    #expect(expected.count == 16 && found == expected)
    let progress = try SweepProgress(sweep, root: nil, runs: output)
    #expect(progress.entries.allSatisfy { $0.state == .finished })
  }

  @Test func aCellThatAnotherIsAtIsPassedOver() async throws {
    let folder = try TemporaryFolder()
    let output = folder.url
    try await Known.$catalogue.withValue(catalogue) {
      var runner = try runner(output)
      try await runner.run(sweep.cell(0), title: "test")
      let held = try #require(RunFolder.all(under: output).last)
      let lock = try RunLock(held)
      try await runner.run(sweep.cell(0), title: "test")
      try await runner.run(sweep.cell(1), title: "test")
      withExtendedLifetime(lock) {}
      #expect(runner.tally == CellRunner.Tally(held: 1))
      #expect(RunFolder.all(under: output).count == 4)
      #expect(throws: Failure.runAgain) { try runner.tally.end() }
      try runner.tally.end(isAllDone: true)
    }
  }

  @Test func theWorstOfWhatCameDecidesTheStatus() throws {
    #expect(throws: Failure.runtime) {
      try CellRunner.Tally(failures: 1, withoutData: 1, held: 1).end(isAllDone: true)
    }
    #expect(throws: Failure.noData) { try CellRunner.Tally(withoutData: 1, held: 1).end() }
    try CellRunner.Tally().end()
  }

  @Test func workersAreToldWhatTheirSuiteWasTold() {
    func kept(_ line: String) -> String {
      SuiteWorkers.arguments(line.split(separator: " ").map(String.init)).joined(separator: " ")
    }
    #expect(
      kept("suite co2-cifar10 --jobs 4 --scale reduced --threads=2 --output /o")
        == "suite co2-cifar10 --scale reduced --output /o")
    #expect(kept("suite --threads 2 --jobs=4") == "suite")
  }
}
