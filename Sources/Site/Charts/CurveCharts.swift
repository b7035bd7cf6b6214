import Claims
import Records

/// What was observed while arms were trained: a chart for each metric, over epochs.
struct CurveCharts {
  let rows: [CurveRow]
  let hues: ArmHues
  /// Arms whose loss is another objective.
  let labelled: Set<String>

  /// The arms that have curves, those told apart by colour alone.
  var arms: [String] {
    let known = Set(rows.map(\.key.arm))
    return hues.told.filter(known.contains)
  }

  /// The metrics that tell most, and the others.
  var metrics: (first: [String], others: [String]) {
    let names = unique(rows.map(\.metric)).filter {
      $0 != "learning-rate" && !$0.hasPrefix(PreparationMetric.prefix)
    }
    let wanted = ["loss", Self.neighbours, MonitorMetric.rank]
    return (wanted.filter(names.contains), names.filter { !wanted.contains($0) }.sorted())
  }

  /// The monitor's accuracy by nearest neighbours.
  static let neighbours = "monitor/knn"

  /// A metric over epochs: each arm's mean over seeds, with a band from the lowest to the highest.
  func chart(_ metric: String) -> Chart {
    let series = arms.compactMap { arm -> Chart.Series? in
      if labelled.contains(arm) && Self.isLoss(metric) { return nil }
      let points = Self.overSeeds(rows.filter { $0.metric == metric && $0.key.arm == arm })
      let (hue, order) = hues.hue(of: arm)
      return points.isEmpty
        ? nil : Chart.Series(name: arm, hue: hue, form: .line, order: order, points: points)
    }
    return Chart(title: Self.title(metric), x: "epoch", y: Self.title(metric), series: series, counts: true)
  }

  /// One point per epoch: the mean over runs of each run's mean in that epoch.
  static func overSeeds(_ rows: [CurveRow]) -> [Chart.Point] {
    let byEpoch = Dictionary(grouping: rows.filter(\.value.isFinite), by: \.epoch)
    return byEpoch.keys.sorted().map { epoch in
      let runs = Dictionary(grouping: byEpoch[epoch] ?? [], by: \.key.run)
      let values = runs.sorted { $0.key < $1.key }.map { Self.mean($0.value.map(\.value)) }
      return Chart.Point(Double(epoch), Self.mean(values), low: values.min(), high: values.max())
    }
  }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  static func isLoss(_ metric: String) -> Bool { metric == "loss" || metric.hasPrefix("loss/") }

  /// A metric in words.
  static func title(_ metric: String) -> String {
    switch metric {
    case "loss": return "Loss"
    case neighbours: return "Monitor's kNN accuracy (%)"
    case MonitorMetric.rank: return "Effective rank of the features"
    case MonitorMetric.spread: return "Deviation of the features"
    case StepMetric.gradientNorm: return "Norm of the gradients"
    default:
      let name = (metric.split(separator: "/").last.map(String.init) ?? metric).replacing("-", with: " ")
      return isLoss(metric) ? "\(name.capitalizedFirst) loss" : name.capitalizedFirst
    }
  }
}

extension String {
  /// The text with its first letter in upper case.
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
