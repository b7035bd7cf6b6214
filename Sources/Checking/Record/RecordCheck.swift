import Claims
import Foundation
import Harness
import Records
import Reporting

/// The regression test of what is recorded: `repro check`.
public struct RecordCheck {
  /// What was checked and what was found.
  public struct Outcome: Sendable, Equatable, Codable {
    /// What moved or contradicts something; none when all is well.
    public var discrepancies: [Discrepancy] = []
    /// What deserves a look and is no fault.
    public var remarks: [String] = []
    /// How many runs, rows, rendered files and golden curves were looked at.
    public var runs = 0, rows = 0, renderedFiles = 0, goldenCurves = 0

    /// Nothing checked, nothing found.
    public init() {}

    /// What two checks found together.
    public static func + (a: Outcome, b: Outcome) -> Outcome {
      var sum = a
      sum.discrepancies += b.discrepancies
      sum.remarks += b.remarks
      sum.runs += b.runs
      sum.rows += b.rows
      sum.renderedFiles += b.renderedFiles
      sum.goldenCurves += b.goldenCurves
      return sum
    }

    /// What was checked, in one line.
    public var summary: String {
      let counts = [
        Typography.count(runs, "recorded run"), Typography.count(rows, "row"),
        Typography.count(renderedFiles, "rendered file"), Typography.count(goldenCurves, "golden curve"),
      ]
      return "checked \(Typography.list(counts)): all as committed"
    }
  }

  private let catalogue: Catalogue
  private let types: [any Experiment.Type]
  private let root: URL
  private var outcome = Outcome()
  private let commits: KnownCommits
  private var commitsNotChecked: String?

  /// The experiments that are checked.
  package var names: [String] { types.map { $0.name } }

  /// Creates the check of the experiments called `names` (all for none) in the repository at `root`; throws an
  /// `UnknownName`.
  public init(_ catalogue: Catalogue, names: [String] = [], root: URL) throws {
    self.catalogue = catalogue
    self.root = root
    commits = KnownCommits(root: root)
    types = names.isEmpty ? catalogue.experiments : try names.map(catalogue.experiment)
  }

  /// Checks the recorded files, whatever is rendered from them and, unless told not to, the golden curves; tells `say` what it
  /// is at.
  public func run(replayingCurves: Bool = true, say: (String) -> Void = { _ in }) async -> Outcome {
    var check = self
    for experiment in Catalogue(types).declarations.experiments {
      let folder = FolderCheck(experiment, root: root)
      if !folder.files.isEmpty { say("comparing \(folder.files.path) with what its runs vouch for …") }
      await check.look(at: folder)
      let gates = FolderCheck(experiment, part: .gates, root: root)
      await check.look(at: gates)
      let recorded = folder.files.sortedManifests
      check.outcome.discrepancies += GateCheck(experiment: experiment)
        .discrepancies(gates: gates.files.sortedManifests, recorded: recorded)
      check.outcome.discrepancies += await TuningCheck(experiment, root: root)
        .discrepancies(recorded: recorded)
    }
    if let reason = check.commitsNotChecked {
      check.outcome.remarks.append(
        "whether runs' programs were built from commits of this repository was not checked: \(reason)")
    }
    check.lookForStrangers()
    say("rendering every table anew …")
    check.lookAtRenderedFiles()
    check.lookAtFigures()
    return replayingCurves ? check.outcome + replay(say: say) : check.outcome
  }

  /// Replays the golden curves alone, an experiment after the other; tells `say` which.
  public func replay(say: (String) -> Void = { _ in }) -> Outcome {
    var check = self
    for (place, type) in types.enumerated() {
      let golden = GoldenCheck(type, root: root)
      say(
        "golden curves of \(type.name) (\(Typography.count(golden.arms.count, "arm")), experiment \(place + 1) of \(types.count)) …"
      )
      check.replay(golden)
    }
    return check.outcome
  }

  /// Writes the golden curves that are missing or have moved; returns their places.
  ///
  /// Throws a `RunProblem` unless `source` is a clean commit, and what training or writing throws.
  public func writeGoldenCurves(at source: SourceState) throws -> [String] {
    var source = source
    source.changedFiles.removeAll { $0.hasPrefix("Tests/Golden") }
    if let flaw = source.flaw {
      throw RunProblem(
        "golden curves are written from a clean commit only, but \(flaw): commit and build it first")
    }
    return try types.flatMap { try GoldenCheck($0, root: root).write() }
  }

  private mutating func look(at folder: FolderCheck) async {
    if folder.files.isEmpty { return }
    outcome.runs += folder.files.manifests.count
    outcome.rows += folder.files.scores.count + folder.files.curves.count
    outcome.discrepancies += await folder.discrepancies()
    let looked = await folder.commits(in: commits)
    outcome.discrepancies += looked.discrepancies
    commitsNotChecked = commitsNotChecked ?? looked.notChecked
    let outdated = folder.outdatedRuns
    if let key = outdated.first {
      outcome.remarks.append(
        "\(folder.files.path): \(Typography.count(outdated.count, "run")) of version \(key.version), while the code is "
          + "at version \(folder.experiment.version): run and record them again")
    }
    for (name, count) in folder.laterEvaluations where outdated.isEmpty {
      outcome.remarks.append(
        "\(folder.files.path): \(Typography.count(count, "run")) recorded before \(name) existed; run again where their "
          + "checkpoints are, they are measured by it")
    }
  }

  /// Folders that no experiment owns, looked for only when everything is checked.
  private mutating func lookForStrangers() {
    guard types.count == catalogue.experiments.count else { return }
    let names = Set(types.map { $0.name })
    for folder in ["Results", "Tests/Golden"] {
      let found =
        (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)) ?? []
      for name in found.sorted()
      where !names.contains(name) && !name.hasPrefix(".") && name != RecordedGenerators.folderName {
        outcome.discrepancies.append(Discrepancy("\(folder)/\(name)", "there is no experiment of this name"))
      }
    }
  }

  /// Every verdict, table and figure script computed anew.
  private mutating func lookAtRenderedFiles() {
    let places = types.flatMap { type in
      [
        "Results/\(type.name)/", "paper-tables/\(type.paper.folder).md", "paper-tables/README.md",
        "README.md",
      ]
    }
    func concerns(_ path: String) -> Bool { places.contains { path.hasPrefix($0) } }
    do {
      let rendered = try Tables.render(catalogue.declarations, root: root).filter { concerns($0.path) }
      outcome.renderedFiles = rendered.count
      for stale in Tables.stale(rendered) { outcome.discrepancies += MovedLines.discrepancies(in: stale) }
    } catch {
      // What cannot be read is named above already; rows that may not stand in one table are found only here.
      if outcome.discrepancies.isEmpty || error is Incomparable {
        outcome.discrepancies.append(Discrepancy("Results", error, root: root))
      }
    }
  }

  /// Whether the pictures were drawn by the scripts of today; where none was drawn, as without gnuplot, there is nothing to
  /// compare.
  private mutating func lookAtFigures() {
    for experiment in Catalogue(types).declarations.experiments {
      let folder = ResultsFolder(
        root.appending(component: "Results"), experiment: experiment.name, scale: experiment.scale)
      let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.figures.path)) ?? []
      guard files.contains(where: { $0.hasSuffix(".svg") }),
        let results = try? RecordedResults(readingFrom: folder)
      else { continue }
      let place = "Results/\(experiment.name)/\(experiment.scale.rawValue)/figures"
      do {
        outcome.discrepancies += try Figures.flaws(of: experiment, results, in: folder).map {
          Discrepancy("\(place)/\($0.file)", $0.detail)
        }
      } catch {
        // Rows that make no figure make no table either, which is told above.
        if outcome.discrepancies.isEmpty {
          outcome.discrepancies.append(Discrepancy(place, error, root: root))
        }
      }
    }
  }

  private mutating func replay(_ golden: GoldenCheck) {
    outcome.goldenCurves += golden.arms.count
    outcome.discrepancies += golden.discrepancies()
  }
}
