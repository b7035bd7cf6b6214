import Claims
import Foundation
import Recipes
import Records
import Reporting

/// What the pages are made from: every experiment with its record, and the runs that lie on this machine.
package struct SiteRecord {
  /// One experiment at one scale.
  package struct Entry {
    package let report: ExperimentReport
    /// Where its record lies.
    package let folder: ResultsFolder

    /// Whether what is on record answers the question that the code asks now; without rows it does.
    package var isOfThisVersion: Bool { report.isOfThisVersion }

    /// How a claim stands by rows of this version; `nil` where nothing is recorded of it.
    package func judgement(_ place: Int) -> Judgement? { report.currentJudgement(at: place) }

    /// The file of its page below the site's folder.
    package var path: String {
      let scale = report.scale == .reduced ? "" : "-\(report.scale.rawValue)"
      return "experiments/\(report.name)\(scale).html"
    }

    /// What readers call it.
    package var title: String {
      report.scale == .reduced ? report.name : "\(report.name), \(report.scale.rawValue) scale"
    }
  }

  /// The experiments at reduced scale, and at others where there is a record.
  package let entries: [Entry]
  /// The runs on this machine, by the paths of their folders, and the folder they lie in.
  package let runs: [StoredRun], runsFolder: URL
  /// The folder of published numbers; `nil` where there is none.
  package let paperTables: URL?

  /// Creates a record from its parts.
  init(entries: [Entry], runs: [StoredRun], runsFolder: URL, paperTables: URL?) {
    (self.entries, self.runs, self.runsFolder, self.paperTables) = (entries, runs, runsFolder, paperTables)
  }

  /// Reads the record under `root` and looks at the runs in `runs`.
  ///
  /// Throws `Incomparable`, `NotFinite`, a `CSVError` or a `ManifestError`.
  package init(_ declarations: Declarations, root: URL, runs: URL) throws {
    let results = root.appending(component: "Results")
    entries = try declarations.experiments.compactMap { declared in
      let folder = ResultsFolder(results, experiment: declared.name, scale: declared.scale)
      let report = try ExperimentReport(declared, recordedIn: folder)
      let isShown = declared.scale == .reduced || !report.results.isEmpty
      return isShown ? Entry(report: report, folder: folder) : nil
    }
    self.runs = StoredRun.all(under: runs)
    runsFolder = runs
    let tables = root.appending(component: "paper-tables")
    paperTables = FileManager.default.fileExists(atPath: tables.path) ? tables : nil
  }
}
