import Claims
import Foundation
import Recipes
import Records

/// The rendered files of a repository: the papers' pages, the figures' scripts, everything measured on one page, the
/// results at a glance in the README.
public enum Tables {
  /// A file whose content follows from the committed numbers.
  public struct RenderedFile: Sendable, Equatable {
    /// The file, and its place under the repository.
    public let url: URL, path: String
    /// What it should hold.
    public let text: String
  }

  /// A committed file that is not what the committed numbers give.
  public struct Stale: Sendable, CustomStringConvertible {
    /// The file's place under the repository.
    public let path: String
    /// The lines that differ: `-` as committed, `+` as rendered.
    public let lines: [String]

    /// The file and its differences.
    public var description: String {
      "\(path) is not what its numbers give; run repro table and commit it\n" + lines.joined(separator: "\n")
    }
  }

  /// Everything rendered from `Results/` and `paper-tables/` under `root`.
  ///
  /// Throws `Incomparable`, `NotFinite`, a `CSVError` or a `ManifestError`.
  public static func render(_ declared: Declarations, root: URL) throws -> [RenderedFile] {
    let reports = try reports(declared.experiments, root: root)
    let families = try FamilyCorrection(declared.families, reports)
    let paperTables = root.appending(component: "paper-tables")
    var files: [RenderedFile] = []
    func add(_ path: String, _ text: String) {
      files.append(RenderedFile(url: root.appending(path: path), path: path, text: text))
    }
    for paper in unique(reports.map(\.experiment.paper)) {
      let own = reports.filter { $0.experiment.paper == paper }
      let page = PaperPage(paper: paper, reports: own, families: families)
      add("paper-tables/\(paper.folder).md", try page.render(paperTables: paperTables))
    }
    for report in reports {
      for figure in try Figures.figures(of: report.experiment, report.results) {
        add("Results/\(report.name)/\(report.scale.rawValue)/figures/\(figure.name).gp", figure.script)
      }
    }
    add(ResultsPage.path, try ResultsPage(reports: reports).render())
    let readme = root.appending(component: "README.md")
    if let text = try? String(contentsOf: readme, encoding: .utf8),
      let updated = ReadmeResults(reports).inserted(into: text)
    {
      add("README.md", updated)
    }
    return files
  }

  /// Renders and writes what has changed; returns the places of the files written. Throws as `render`, or a
  /// `StorageError`.
  @discardableResult
  public static func renderAll(_ declared: Declarations, root: URL) throws -> [String] {
    let stale = try render(declared, root: root).filter { content(of: $0.url) != $0.text }
    for file in stale {
      try makeFolder(file.url.deletingLastPathComponent())
      try writeAtomically(Data(file.text.utf8), to: file.url)
    }
    return stale.map(\.path)
  }

  /// The committed files that differ from their rendering; none when all is well. Throws as `render`.
  public static func check(_ declared: Declarations, root: URL) throws -> [Stale] {
    stale(try render(declared, root: root))
  }

  /// Those of `files` that differ from what is committed.
  package static func stale(_ files: [RenderedFile]) -> [Stale] {
    files.compactMap { file in
      let committed = content(of: file.url) ?? ""
      if committed == file.text { return nil }
      return Stale(path: file.path, lines: TextDifference.lines(from: committed, to: file.text))
    }
  }

  /// One report per experiment and scale on record; the reduced scale where nothing is.
  private static func reports(_ experiments: [Declaration], root: URL) throws -> [ExperimentReport] {
    let results = root.appending(component: "Results")
    return try unique(experiments.map(\.name)).flatMap { name in
      let declared = [Scale.reduced, .paper].compactMap { scale in
        experiments.first { $0.name == name && $0.scale == scale }
      }
      let found = try declared.map { experiment in
        let folder = ResultsFolder(results, experiment: name, scale: experiment.scale)
        return try ExperimentReport(experiment, recordedIn: folder)
      }
      let recorded = found.filter { !$0.judgements.isEmpty }
      return recorded.isEmpty ? Array(found.prefix(1)) : recorded
    }
  }

  private static func content(of url: URL) -> String? { try? String(contentsOf: url, encoding: .utf8) }
}

/// The results at a glance as the README shows them, between two marks.
struct ReadmeResults {
  static let start = "<!-- results: rendered by `repro table`, do not edit -->"
  static let end = "<!-- end of results -->"
  private let reports: [ExperimentReport]

  init(_ reports: [ExperimentReport]) { self.reports = reports }

  /// `text` with the results between its marks; `nil` when it has none.
  func inserted(into text: String) -> String? {
    guard let start = text.range(of: Self.start), let end = text.range(of: Self.end),
      start.upperBound <= end.lowerBound
    else { return nil }
    return text[..<start.upperBound] + "\n\n" + Glance(reports: reports).text + "\n" + text[end.lowerBound...]
  }
}
