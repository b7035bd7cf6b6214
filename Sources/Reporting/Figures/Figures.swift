import Claims
import Foundation
import Records

/// The figures of a record or of fresh runs.
public enum Figures {
  /// A figure's name and its script, which holds its data and is the same for the same rows.
  package struct Figure: Equatable {
    package let name: String
    package let script: String
    /// What it shows, for those who do not see it.
    package let title: String

    init(_ name: String, _ plot: Plot) {
      self.name = name
      script = Gnuplot.script(for: plot, name: name)
      title = plot.title
    }
  }

  /// Writes the figures of `results` into `folder`; returns the pictures drawn.
  ///
  /// The scripts are written first; what an earlier call drew and this one does not is removed. Throws a `GnuplotError`
  /// when they could not be drawn, a `StorageError` when nothing could be written, and what pairing throws.
  @discardableResult
  public static func plot(
    _ experiment: Declaration, _ results: RecordedResults, into folder: URL
  ) async throws -> [URL] {
    let figures = try figures(of: experiment, results)
    try removeOthers(than: figures.map(\.name), in: folder)
    if figures.isEmpty { return [] }
    try makeFolder(folder)
    for figure in figures {
      try writeAtomically(Data(figure.script.utf8), to: folder.appending(component: "\(figure.name).gp"))
    }
    for figure in figures {
      try await Gnuplot.draw(figure.name, in: folder)
      try stamp(figure, in: folder)
    }
    return figures.flatMap { figure in
      ["svg", "png"].map { folder.appending(component: "\(figure.name).\($0)") }
    }
  }

  /// The scripts of all figures; none where there is nothing to draw.
  package static func figures(of experiment: Declaration, _ results: RecordedResults) throws -> [Figure] {
    try plots(of: experiment, results).map { Figure($0.name, $0.plot) }
  }

  /// The figures before they are scripts.
  package static func plots(
    of experiment: Declaration, _ results: RecordedResults
  ) throws -> [(name: String, plot: Plot)] {
    var plots: [(name: String, plot: Plot)] = []
    func add(_ name: String, _ plot: Plot?) {
      if let plot, !plot.panels.isEmpty { plots.append((name, plot)) }
    }
    if let key = results.curves.first?.key {
      let subtitle = subtitle(experiment, key)
      for (name, page) in [("pretraining", Plot.Page.headline), ("pretraining-of-other-arms", .others)] {
        add(name, .pretraining(results, of: experiment, page: page, subtitle: subtitle))
      }
    }
    if let key = results.scores.first?.key {
      let claim = experiment.claims[0]
      let summary = try Summary(results)
      let finding = try Finding(claim.comparisons[0], of: claim, summary)
      let subtitle = subtitle(experiment, key)
      if !finding.pairing.pairs.isEmpty {
        let pairs = Typography.count(finding.pairing.pairs.count, "pair")
        add(
          "comparison",
          .comparison(
            finding, of: claim, isCurrent: key.version == experiment.version,
            subtitle: "\(subtitle), \(pairs)"))
      }
      for grid in experiment.grids { add(grid.title.slug, try grid.plot(summary, subtitle: subtitle)) }
      for curves in experiment.curves { add(curves.title.slug, try curves.plot(summary, subtitle: subtitle)) }
    }
    return plots
  }

  private static func subtitle(_ experiment: Declaration, _ key: RunKey) -> String {
    let version =
      key.version == experiment.version
      ? "version \(key.version)" : "version \(key.version) (the code is at version \(experiment.version))"
    return
      "\(experiment.name), \(experiment.scale.rawValue) scale, \(Typography.dataset(key.data)), \(version)"
  }

  // MARK: Files

  /// Writes into the drawn SVG which script and which PNG belong to it.
  private static func stamp(_ figure: Figure, in folder: URL) throws {
    func file(_ ending: String) -> URL { folder.appending(component: "\(figure.name).\(ending)") }
    guard let svg = try? String(contentsOf: file("svg"), encoding: .utf8),
      let png = try? Data(contentsOf: file("png"))
    else {
      throw GnuplotError.failed(script: file("gp").path, message: "it wrote no picture")
    }
    try writeAtomically(
      Data(FigureStamp(script: figure.script, png: png).added(to: svg).utf8), to: file("svg"))
  }

  /// Removes the scripts that this suite wrote into `folder` and that are none of `names`, with their pictures.
  private static func removeOthers(than names: [String], in folder: URL) throws {
    let files = FileManager.default
    for name in (try? files.contentsOfDirectory(atPath: folder.path)) ?? [] where name.hasSuffix(".gp") {
      let script = folder.appending(component: name)
      let figure = String(name.dropLast(3))
      guard !names.contains(figure), let text = try? String(contentsOf: script, encoding: .utf8),
        text.hasPrefix(Gnuplot.mark)
      else { continue }
      for ending in ["svg", "png", "gp"] {
        try? files.removeItem(at: folder.appending(component: "\(figure).\(ending)"))
      }
    }
  }

  /// What is wrong with the pictures in the record's `folder`: those that were not drawn by what `results` give, and files
  /// that belong to none of its figures or runs. Throws what pairing throws.
  package static func flaws(
    of experiment: Declaration, _ results: RecordedResults, in folder: ResultsFolder
  ) throws -> [(file: String, detail: String)] {
    let figures = try figures(of: experiment, results)
    let advice = "run repro plot \(experiment.name) and commit what it draws"
    var flaws: [(file: String, detail: String)] = []
    for figure in figures {
      func file(_ ending: String) -> URL { folder.figures.appending(component: "\(figure.name).\(ending)") }
      let (svg, png) = (
        try? String(contentsOf: file("svg"), encoding: .utf8), try? Data(contentsOf: file("png"))
      )
      if svg == nil || png == nil {
        flaws.append(("\(figure.name).\(svg == nil ? "svg" : "png")", "is not there: \(advice)"))
      } else if let svg, let png, FigureStamp(in: svg) != FigureStamp(script: figure.script, png: png) {
        flaws.append(
          ("\(figure.name).svg", "was not drawn, with its PNG, from the record's numbers: \(advice)"))
      }
    }
    for name in strangers(figures, results, in: folder) {
      flaws.append((name, "belongs to no figure or run of the record: remove it"))
    }
    return flaws
  }

  /// The files in the record's folder that are no figure, and no picture of a run.
  private static func strangers(
    _ figures: [Figure], _ results: RecordedResults, in folder: ResultsFolder
  ) -> [String] {
    let own = figures.flatMap { figure in ["gp", "svg", "png"].map { "\(figure.name).\($0)" } }
    let endings = results.manifests.map { "-of-\($0.key.arm.slug)-seed-\($0.key.seed).png" }
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.figures.path)) ?? []
    return files.sorted().filter { name in
      !own.contains(name) && !endings.contains(where: name.hasSuffix)
    }
  }
}
