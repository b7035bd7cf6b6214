import Foundation
import Testing

@testable import Claims
@testable import Commands
@testable import Harness
@testable import Records
@testable import Reporting

/// What commands that change the record or the runs print with `--json`.
@Suite(.knowingEveryExperiment) struct CommandAnswerTests {
  private func json(_ value: some Encodable) throws -> JSONValue {
    try JSONDecoder().decode(JSONValue.self, from: ReadableJSON.data(value))
  }

  private func value(_ json: JSONValue, _ path: String) -> JSONValue? {
    json.value(at: path.split(separator: ".").map(String.init))
  }

  private func text(_ json: JSONValue, _ path: String) -> String? {
    guard case .string(let text)? = value(json, path) else { return nil }
    return text
  }

  private func recording(_ folder: ReportFolder, scale: Scale = .reduced) async throws -> Recording {
    try await Recording(
      ReportedExperiment.self, scale: scale, from: folder.url.appending(component: "Runs"),
      catalogue: Catalogue([ReportedExperiment.self]), root: folder.url)
  }

  @Test func whatWasRecordedAndWhatWasNot() async throws {
    let folder = try ReportFolder.repository()
    let runs = folder.url.appending(component: "Runs")
    for run in sampleRuns { try run.write(under: runs) }
    let unfinished = try SampleRun(seed: 7, status: .failed).write(under: runs)
    let answer = try json(
      RecordAnswer(try await recording(folder), of: ReportedExperiment.name, scale: .reduced))
    #expect(value(answer, "experiment") == "sample-cifar10" && value(answer, "scale") == "reduced")
    #expect(value(answer, "added.\(sampleRuns.count - 1).run") != nil)
    #expect(value(answer, "added.\(sampleRuns.count)") == nil && value(answer, "known") == [])
    let arms = sampleRuns.indices.compactMap { text(answer, "added.\($0).arm") }
    #expect(arms.sorted() == sampleRuns.map(\.arm).sorted())
    #expect(
      text(answer, "refused.0.path").map { URL(filePath: $0).standardizedFileURL.path }
        == unfinished.url.standardizedFileURL.path)
    #expect(text(answer, "refused.0.reason")?.hasPrefix("the run failed") == true)
    #expect(value(answer, "rendered.0") != nil)
    let again = try json(
      RecordAnswer(try await recording(folder), of: ReportedExperiment.name, scale: .reduced))
    #expect(value(again, "added") == [] && value(again, "rendered") == [])
    #expect(value(again, "known.\(sampleRuns.count - 1).seed") != nil)
  }

  @Test func anAcknowledgedRunIsNamed() async throws {
    let folder = try ReportFolder.repository()
    var run = sampleRuns[0]
    run.alarms = [Alarm("features shrank", epoch: 1)]
    try run.write(under: folder.url.appending(component: "Runs"))
    let recorded = try json(
      RecordAnswer(try await recording(folder), of: ReportedExperiment.name, scale: .reduced))
    #expect(value(recorded, "alarmed.0.run") == .string(run.key.run))
    let done = try await Acknowledging(
      String(run.key.run.prefix(8)), because: "looked at", catalogue: Catalogue([ReportedExperiment.self]),
      root: folder.url)
    let answer = try json(AcknowledgeAnswer(done))
    #expect(value(answer, "acknowledged.run") == .string(run.key.run))
    #expect(value(answer, "acknowledged.arm") == .string(run.arm) && value(answer, "rendered") != nil)
  }

  @Test func staleTablesAreNamedWithTheirLines() async throws {
    let folder = try ReportFolder.repository()
    for run in sampleRuns { try run.write(under: folder.url.appending(component: "Runs")) }
    _ = try await recording(folder)
    let page = folder.url.appending(path: "paper-tables/sample.md")
    try writeAtomically(Data((try folder.text("paper-tables/sample.md") + "edited\n").utf8), to: page)
    let declared = Catalogue([ReportedExperiment.self]).declarations
    let answer = try json(TableAnswer(stale: Tables.check(declared, root: folder.url)))
    #expect(value(answer, "stale.0.path") == "paper-tables/sample.md" && value(answer, "rendered") == [])
    #expect(text(answer, "stale.0.lines.0")?.hasSuffix(": edited") == true)
    let rendered = try json(TableAnswer(rendered: Tables.renderAll(declared, root: folder.url)))
    #expect(value(rendered, "rendered") == ["paper-tables/sample.md"] && value(rendered, "stale") == [])
  }

  @Test func picturesAreNamed() throws {
    let answer = try json(PlotAnswer(experiment: "sample", scale: "reduced", pictures: ["/f/comparison.svg"]))
    #expect(value(answer, "experiment") == "sample" && value(answer, "scale") == "reduced")
    #expect(value(answer, "pictures") == ["/f/comparison.svg"])
  }

  @Test func aReplicationTellsWhereItWasExpected() throws {
    let claim = ReportedExperiment(scale: .reduced).claims[0]
    let rows = [7, 8].flatMap { seed in
      SampleRun(seed: seed, linear: 70).scores
        + SampleRun(arm: "Base + Term", seed: seed, linear: 71.5).scores
    }
    let lines = try Replication(claim, recorded: .sample, seeds: [7, 8]).lines(rows)
    let answer = try json(
      ReplicateAnswer(lines, of: "sample", scale: .reduced, seeds: [7, 8], in: URL(filePath: "/r")))
    #expect(value(answer, "seeds") == [7, 8] && value(answer, "runs") == "/r")
    #expect(value(answer, "comparisons.0.treatment") == "Base + Term")
    #expect(value(answer, "comparisons.0.mean") == 1.5 && value(answer, "comparisons.0.recorded") == 3)
    #expect(value(answer, "comparisons.0.isWithin") == true)
    let lower = try #require(value(answer, "comparisons.0.expected.0")?.number)
    let upper = try #require(value(answer, "comparisons.0.expected.1")?.number)
    #expect(lower < 1.5 && 1.5 < upper)
  }

  @Test func pruningTellsWhatAndWhether() throws {
    let folder = try ReportFolder()
    let failed = try SampleRun(seed: 1, status: .failed).write(under: folder.url)
    try SampleRun(seed: 2).write(under: folder.url)
    let pruning = Pruning(Pruning.Kind.usual, under: folder.url, versions: [:])
    let answer = try json(PruneAnswer(pruning, isDeleted: false))
    #expect(value(answer, "isDeleted") == false && value(answer, "items.1") == nil)
    #expect(value(answer, "items.0.kind") == "failed")
    #expect(value(answer, "items.0.path") == .string(failed.url.path))
    #expect(value(answer, "bytes") == value(answer, "items.0.bytes"))
  }

  @Test func mergingTellsOfEveryRun() throws {
    let (here, there) = (try ReportFolder(), try ReportFolder())
    try SampleRun(seed: 0).write(under: here.url)
    let same = try SampleRun(seed: 0).write(under: there.url)
    let new = try SampleRun(seed: 1).write(under: there.url)
    let failed = try SampleRun(seed: 2, status: .failed).write(under: there.url)
    let answer = try json(MergeAnswer(try Merging(there.url, into: here.url)))
    #expect(value(answer, "copied") == [.string(new.url.path)])
    #expect(value(answer, "identical") == [.string(same.url.path)])
    #expect(value(answer, "refused.0.path") == .string(failed.url.path))
    #expect(text(answer, "refused.0.reason")?.contains("is not finished") == true)
  }

  @Test func everyOneTakesTheFlag() throws {
    #expect(try RecordCommand.parse(["co2-cifar10", "--json"]).json)
    #expect(try TableCommand.parse(["--check", "--json"]).json)
    #expect(try PlotCommand.parse(["co2-cifar10", "--json"]).json)
    #expect(try ReplicateCommand.parse(["co2-cifar10", "--json"]).json)
    #expect(try RunsCommand.Prune.parse(["--json"]).json)
    #expect(try RunsCommand.Merge.parse(["there", "--json"]).json)
  }
}
