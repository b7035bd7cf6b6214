import ArgumentParser
import Foundation
import Harness
import Testing

@testable import Commands
@testable import Records
@testable import repro

/// What a new user sees first.
@Suite(.knowingEveryExperiment) struct FirstMinutesTests {
  @Test func aloneTheProgramSaysWhereToBegin() {
    for width in [60, 80, 100] {
      let lines = Welcome(allExperiments, program: "swift run repro").lines(width: width)
      #expect(lines.allSatisfy { $0.count <= width }, "\(lines.joined(separator: "\n"))")
      #expect(lines.contains { $0.contains("  swift run repro co2-cifar10 --scale demo") })
    }
    #expect(
      Welcome(Catalogue([TinyExperiment.self]), program: "r").lines(width: 80).contains {
        $0.contains("r tiny-shapes")
      })
  }

  /// Nearest names alone where there are some: a list of all would hide them.
  @Test func slipsAreToldWithWhatIsNear() {
    func text(_ name: String) -> String {
      do {
        _ = try ExperimentOptions.type(named: name)
        return "nothing"
      } catch { return (error as? ValidationError)?.message ?? "\(error)" }
    }
    #expect(text("co2-cifer10") == "there is no experiment “co2-cifer10”; did you mean “co2-cifar10”?")
    #expect(text("lits") == "there is no experiment “lits”; did you mean the command “list” or “cite”?")
    #expect(
      text("xyzzy-plugh").hasPrefix("there is no experiment “xyzzy-plugh”. Known: co2-tiny-imagenet-100, "))
  }

  /// Names of arms hold commas.
  @Test func listsOfNamesWithCommasAreReadable() {
    #expect(
      "\(UnknownName(kind: "arm", name: "qqqq", known: ["MoCo", "MoCo, temperature 0.2"]))"
        == "there is no arm “qqqq”. Known: MoCo; MoCo, temperature 0.2")
    let many = UnknownName(kind: "run", name: "zzzz", known: (100..<130).map { "\($0)" })
    #expect("\(many)".hasSuffix(", 122, 123 and 6 more"))
  }

  @Test func whatIsToldOnATerminalIsBrokenBetweenWords() {
    #expect(Console.wrapped("short\n\n  line", to: 20) == "short\n\n  line")
    #expect(
      Console.wrapped("  figures were skipped: gnuplot is missing", to: 24)
        == "  figures were skipped:\n    gnuplot is missing")
    #expect(Console.wrapped("figures were skipped: gnuplot", to: nil) == "figures were skipped: gnuplot")
  }

  /// No network, no data: the main command shows something at once, and says where it is.
  @Test func withoutImagesARunDemonstrates() throws {
    let folder = try TemporaryFolder()
    let status = try Program.status(
      ["co2-cifar10", "--arms", "random encoder", "--threads", "1", "--output", "Runs"], in: folder.url)
    #expect(status == 0)
    let run = folder.url.appending(path: "Runs/co2-cifar10/demo/shapes-synthetic/random-encoder/0/run.json")
    let manifest = try RunManifest(contentsOf: run)
    #expect(manifest.isFinished && manifest.identity.scale == .demo && manifest.data.isSynthetic)
  }
}
