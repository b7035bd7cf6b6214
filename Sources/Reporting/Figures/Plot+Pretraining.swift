import Records

extension Plot {
  /// How the losses and the monitor went from epoch to epoch: per arm the mean over seeds, with a band from the
  /// lowest to the highest seed.
  ///
  /// The losses of arms that use labels are another objective and left out, as is what came before the first step.
  package static func pretraining(
    _ results: RecordedResults, usingLabels labelled: Set<String>, title: String
  )
    -> Plot
  {
    let rows = results.curves.filter { row in
      row.metric != "learning-rate" && !row.metric.hasPrefix(PreparationMetric.prefix)
        && !(isLoss(row.metric) && labelled.contains(row.key.arm))
    }
    let metrics = unique(rows.map(\.metric)).sorted { rank($0) < rank($1) }
    let arms = unique(results.curves.map(\.key.arm))
    let panels = metrics.map { metric in
      let series = arms.enumerated().compactMap { index, arm -> Series? in
        let points = overSeeds(rows.filter { $0.metric == metric && $0.key.arm == arm })
        return points.isEmpty ? nil : Series(name: arm, style: .lineWithBand, color: index, points: points)
      }
      return Panel(title: heading(metric), x: "epoch", y: unit(metric), series: series)
    }
    return Plot(title: title, panels: panels, columns: panels.count < 3 ? max(1, panels.count) : 3)
  }

  /// One point per epoch: the mean over runs of each run's mean in that epoch.
  private static func overSeeds(_ rows: [CurveRow]) -> [Point] {
    let byEpoch = Dictionary(grouping: rows, by: \.epoch)
    return byEpoch.keys.sorted().map { epoch in
      let runs = Dictionary(grouping: byEpoch[epoch] ?? [], by: \.key.run)
      // Summed in the order of the runs' names, since that of a dictionary changes from start to start.
      let values = runs.sorted { $0.key < $1.key }.map { mean($0.value.map(\.value)) }
      return Point(
        Double(epoch), mean(values), low: values.min() ?? .nan, high: values.max() ?? .nan)
    }
  }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  private static func isLoss(_ metric: String) -> Bool { metric == "loss" || metric.hasPrefix("loss/") }

  /// The total loss first, then its terms, then what the monitor saw; each group by name.
  private static func rank(_ metric: String) -> (Int, String) {
    (metric == "loss" ? 0 : isLoss(metric) ? 1 : 2, metric)
  }

  private static func heading(_ metric: String) -> String {
    let name = (metric.split(separator: "/").last.map(String.init) ?? metric).replacing("-", with: " ")
    if metric == "loss" { return name }
    if metric.hasPrefix("observed/") { return name }
    if metric == StepMetric.gradientNorm { return name }
    return isLoss(metric) ? "\(name) loss" : "monitor: \(name)"
  }

  private static func unit(_ metric: String) -> String {
    // Not every loss is a logarithm: cosines and squares have no unit.
    if isLoss(metric) { return "" }
    if metric.hasSuffix("entropy") { return "nats" }
    if metric.contains("rank") { return "dimensions" }
    if metric.contains("deviation") || metric.hasSuffix("std") { return "standard deviation" }
    return metric.contains("top1") || metric.contains("knn") ? "accuracy (%)" : ""
  }
}
