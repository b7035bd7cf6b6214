import Foundation
import Testing

@testable import Checking
@testable import Claims
@testable import Commands
@testable import Harness
@testable import Records

/// In which forms what a check found is told, and when results are coloured.
@Suite(.knowingEveryExperiment) struct CheckFormTests {
  @Test func annotationsEscapeWhatWouldEndThem() {
    let found = Discrepancy("Results/a,b/scores.csv", line: 7, "71.5 %, but was 70:\nsecond line")
    #expect(
      Annotation.line(found)
        == "::error file=Results/a%2Cb/scores.csv,line=7,title=repro check::71.5 %25, but was 70:%0Asecond line"
    )
    #expect(
      Annotation.line(Discrepancy("README.md", "moved")) == "::error file=README.md,title=repro check::moved")
    #expect(Annotation.line(remark: "look") == "::notice title=repro check::look")
  }

  @Test func aBadgeSaysWhetherAllIsWell() throws {
    func badge(_ count: Int) throws -> String {
      var outcome = RecordCheck.Outcome()
      outcome.runs = 3
      outcome.discrepancies = (0..<count).map { Discrepancy("f", "\($0)") }
      return String(decoding: try ReadableJSON.data(Badge(outcome)), as: UTF8.self)
    }
    #expect(try badge(0).contains("\"3 runs as recorded\"") && badge(0).contains("\"brightgreen\""))
    #expect(try badge(1).contains("\"1 discrepancy\"") && badge(1).contains("\"red\""))
    #expect(try badge(2).contains("\"2 discrepancies\"") && badge(2).contains("\"schemaVersion\" : 1"))
  }

  @Test(arguments: [
    (Console.Color.auto, true, [:], true), (.auto, false, [:], false),
    (.auto, true, ["NO_COLOR": "1"], false),
    (.auto, true, ["TERM": "dumb"], false), (.auto, true, ["NO_COLOR": ""], true),
    (.always, false, ["NO_COLOR": "1"], true), (.never, true, [:], false),
  ])
  func coloursAreWhereTheyAreWanted(
    choice: Console.Color, isTerminal: Bool, environment: [String: String], expected: Bool
  ) {
    #expect(Console.colorsResults(choice, isTerminal: isTerminal, environment: environment) == expected)
  }

  @Test func aCheckTakesOneForm() throws {
    let check = try #require(
      try ReproCommand.parseAsRoot(["check", "--format", "github", "--badge", "b.json"]) as? CheckCommand)
    #expect(check.format == .github && check.badge == "b.json")
    for wrong in [
      ["check", "--json", "--format", "github"], ["check", "co2-cifar10", "--rerun", "--format", "json"],
    ] {
      #expect(throws: (any Error).self) { _ = try ReproCommand.parseAsRoot(wrong) }
    }
    #expect((try ReproCommand.parseAsRoot(["check", "--json", "--format", "json"]) as? CheckCommand) != nil)
  }

  /// Two experiments, each replayed by a process of the program that was built beside these tests.
  @Test func curvesAreReplayedByProcessesOfTheirOwn() async throws {
    let program = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
      .deletingLastPathComponent().appending(component: "repro")
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    var (told, here) = ([String](), [String]())
    func replay(_ program: URL) async throws -> RecordCheck.Outcome {
      try await CurveReplay(
        names: ["simclr-stl10", "rotnet-cifar10"], program: program, root: root, count: 2
      ).run { name in
        here.append(name)
        var outcome = RecordCheck.Outcome()
        outcome.goldenCurves = 1
        return outcome
      } told: { name, _ in
        told.append(name)
      }
    }
    let found = try await replay(program)
    #expect(found.discrepancies.isEmpty && found.goldenCurves > 4 && here.isEmpty, "\(found)")
    #expect(Set(told) == ["simclr-stl10", "rotnet-cifar10"])
    // What no process answers is replayed here.
    #expect(try await replay(URL(filePath: "/bin/false")).goldenCurves == 2)
    #expect(here == ["simclr-stl10", "rotnet-cifar10"])
  }
}
