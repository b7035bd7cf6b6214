import Foundation
import Testing

@testable import Commands
@testable import Harness
@testable import Records

/// What `repro sweep` takes for cells, and what it prints for schedulers.
@Suite(.knowingEveryExperiment) struct SweepCommandTests {
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/sweep")

  private func command(_ words: String...) throws -> SweepCommand {
    let words = ["sweep"] + words.flatMap { $0.split(separator: " ").map(String.init) }
    return try #require(try ReproCommand.parseAsRoot(words) as? SweepCommand)
  }

  private func cells(_ words: String) throws -> [String] {
    try command(words).chosen().cells.map { "\($0.experiment) \($0.seed)" }
  }

  // MARK: Which cells

  @Test func seedsBelongToTheirExperimentOrToAll() throws {
    #expect(try cells("co2-cifar10:5,7 --scale smoke") == ["co2-cifar10 5", "co2-cifar10 7"])
    #expect(try cells("co2-cifar10 --seeds 5...6") == ["co2-cifar10 5", "co2-cifar10 6"])
    #expect(
      try cells("co2-cifar10 rotnet-cifar10:9 --seeds 5 --seeds 6") == [
        "co2-cifar10 5", "rotnet-cifar10 9", "co2-cifar10 6",
      ])
    #expect(try cells("co2-cifar10:5 --cell arm") == ["co2-cifar10 5", "co2-cifar10 5"])
  }

  @Test func someWithSeedsAndSomeWithoutAreRefused() throws {
    let text = errorText { _ = try command("co2-cifar10:0 rotnet-cifar10").chosen() }
    #expect(text.contains("rotnet-cifar10:0...4"), "\(text)")
    let early = errorText { _ = try command("rotnet-cifar10:7,2").chosen() }
    #expect(early.contains("seed 2 of rotnet-cifar10") && early.contains("begin at 3"), "\(early)")
    let unknown = errorText { _ = try command("co2-cifr10:0").chosen() }
    #expect(unknown.contains("did you mean “co2-cifar10”"), "\(unknown)")
  }

  /// What plans lack changes while tasks run, and a number would come to mean another cell.
  @Test func aCellIsRunByNumberOnlyAmongSeedsThatAreSpelledOut() throws {
    let text = errorText { _ = try command("co2-cifar10 --run --cell 0/4").chosen() }
    #expect(text.contains("--run takes seeds"), "\(text)")
  }

  @Test func aTaskFindsItsCell() throws {
    let asking = try command("co2-cifar10:0...5 --scale smoke --run")
    let sweep = try asking.chosen()
    func seeds(_ command: SweepCommand, _ environment: [String: String] = [:]) throws -> [UInt64] {
      try command.asked(of: sweep, in: environment).map(\.seed)
    }
    #expect(try seeds(asking, ["SLURM_ARRAY_TASK_ID": "4"]) == [4])
    #expect(try seeds(asking, ["JOB_COMPLETION_INDEX": "0"]) == [0])
    let shared = try command("co2-cifar10:0...5 --scale smoke --run --cell 1/4")
    #expect(try seeds(shared, ["SLURM_ARRAY_TASK_ID": "4"]) == [1, 5])
    let text = errorText { _ = try seeds(asking, ["PBS_ARRAY_INDEX": "6"]) }
    #expect(text == "$PBS_ARRAY_INDEX is 6, but there is no cell 6: they are counted from 0 to 5", "\(text)")
    #expect(errorText { _ = try seeds(asking) }.contains("give --cell K/N"))
    #expect(throws: RunProblem.self) {
      try command("co2-cifar10:0...5 --run --cell 4/4").asked(of: sweep, in: [:])
    }
  }

  @Test(arguments: [("0...4", "0...4"), ("4,0,1,2,9", "4,0...2,9"), ("3", "3"), ("2,1", "2,1")])
  func seedsArePrintedAsShortAsTheyAre(typed: String, short: String) throws {
    #expect(try SeedList(parsing: typed).short == short)
    #expect(try SeedList(parsing: short) == SeedList(parsing: typed))
  }

  // MARK: What is printed

  private func script(_ words: String) throws -> SweepScript {
    let command = try command(words)
    let whole = try SweepScript(command.chosen(), scale: command.scale, command: command)
    return SweepScript(
      sweep: whole.sweep, scale: whole.scale,
      place: .init(
        program: "/opt/repro", folder: "/home/me/my suite", runs: "/home/me/my suite/Runs", data: "/data"),
      job: whole.job, datasets: whole.datasets, generators: whole.generators, others: whole.others)
  }

  /// Scripts are read before they are given to anybody: each word of them is on record here.
  @Test(arguments: ["slurm", "parallel", "k8s", "skypilot"])
  func scriptsAreAsReviewed(name: String) throws {
    let script = try script(
      "co2-cifar10:3...5 rotnet-cifar10:7,9 --cpus 8 --time 2:00:00 --partition cpu --max-running 20 --hosts nodes.txt"
    )
    let text = [
      "slurm": script.slurm, "parallel": script.parallel, "k8s": script.kubernetes,
      "skypilot": script.skyPilot,
    ][name]!
    let file = Self.fixtures.appending(component: "\(name).txt")
    #expect(try text + "\n" == String(contentsOf: file, encoding: .utf8), "\(text)")
  }

  @Test func whatBashIsGivenItCanRead() throws {
    let script = try script("adainf-cifar10:10 --cpus 2")
    #expect(script.generators.map(\.weights) == ["last"] && script.datasets == ["cifar10"])
    for text in [script.slurm, script.parallel] {
      let shell = Process()
      shell.executableURL = URL(filePath: "/bin/bash")
      shell.arguments = ["-n", "-c", text]
      try shell.run()
      shell.waitUntilExit()
      #expect(shell.terminationStatus == 0, "\(text)")
    }
  }

  @Test func aCommandThatIsPrintedIsOneThatIsTaken() throws {
    let script = try script(
      "co2-cifar10:3...5 rotnet-cifar10:7,9 --cell arm --accept-digest --generated a.npy")
    let words = Array(script.words(script.place).dropFirst())
    let again = try #require(try ReproCommand.parseAsRoot(words + ["--cell", "0/10"]) as? SweepCommand)
    #expect(try again.chosen().cells == script.sweep.cells)
    #expect(again.runsCell && again.realDataOnly && again.pool.threads == 4 && again.data.acceptDigest)
    #expect(again.inflation.generated?.hasPrefix("/") == true)
    #expect(RepeatedOptions.first(in: words + ["--cell", "0/10"]) == nil)
  }

  @Test func linesTellTheArmsWhereTheyDiffer() throws {
    let cell = Cell("a", seed: 3, arms: ["x", "y"])
    let lines = SweepListing(
      scale: .smoke,
      [
        .init(cell: cell, arms: [("x", .finished), ("y", .resumable)]),
        .init(cell: cell, arms: [("x", .notBegun), ("y", .notBegun)]),
      ]
    ).lines
    #expect(lines == ["0  a  seed 3  resumable  x finished; y resumable", "1  a  seed 3  not begun  x; y"])
  }
}
