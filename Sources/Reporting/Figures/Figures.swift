import Claims
import Foundation
import Records

/// The figures of a record or of fresh runs.
public enum Figures {
  /// A figure's name and its script, which holds its data and is the same for the same rows.
  package struct Figure: Equatable {
    package let name: String
    package let script: String
  }

  /// Writes the figures of `results` into `folder`; returns the pictures drawn.
  ///
  /// The scripts are written first. Throws a `GnuplotError` when they could not be drawn, a `StorageError` when nothing
  /// could be written, and what pairing throws.
  @discardableResult
  public static func plot(
    _ experiment: Declaration, _ results: RecordedResults, into folder: URL
  ) async throws -> [URL] {
    let figures = try figures(of: experiment, results)
    if figures.isEmpty { return [] }
    try makeFolder(folder)
    for figure in figures {
      try writeAtomically(Data(figure.script.utf8), to: folder.appending(component: "\(figure.name).gp"))
    }
    for figure in figures { try await Gnuplot.draw(figure.name, in: folder) }
    return figures.flatMap { figure in
      ["svg", "png"].map { folder.appending(component: "\(figure.name).\($0)") }
    }
  }

  /// The scripts of all figures; none where there is nothing to draw.
  package static func figures(of experiment: Declaration, _ results: RecordedResults) throws -> [Figure] {
    var figures: [Figure] = []
    let (name, scale) = (experiment.name, experiment.scale)
    func title(_ key: RunKey, _ basis: String) -> String {
      "\(name), \(scale.rawValue) scale, \(Typography.dataset(key.data)), version \(key.version): \(basis)"
    }
    if let key = results.curves.first?.key {
      let seeds = unique(results.curves.map(\.key.seed)).count
      let basis = seeds == 1 ? "one seed" : "mean and range over up to \(seeds) seeds"
      let plot = Plot.pretraining(
        results, usingLabels: Set(experiment.arms.filter(\.usesLabels).map(\.name)), title: title(key, basis))
      if !plot.panels.isEmpty {
        figures.append(Figure(name: "pretraining", script: Gnuplot.script(for: plot, name: "pretraining")))
      }
    }
    if let key = results.scores.first?.key {
      let claim = experiment.claims[0]
      let finding = try Finding(claim.comparisons[0], of: claim, Summary(results))
      if !finding.pairing.pairs.isEmpty {
        let basis = Typography.count(finding.pairing.pairs.count, "pair")
        let plot = Plot.comparison(finding, title: title(key, basis))
        figures.append(Figure(name: "comparison", script: Gnuplot.script(for: plot, name: "comparison")))
      }
      let summary = try Summary(results)
      let heading = title(key, "mean and range over seeds")
      let own =
        try experiment.grids.map { ($0.title, try $0.plot(summary, title: heading)) }
        + experiment.curves.map { ($0.title, try $0.plot(summary, title: heading)) }
      for case let (name, plot?) in own {
        figures.append(Figure(name: name.slug, script: Gnuplot.script(for: plot, name: name.slug)))
      }
    }
    return figures
  }
}
