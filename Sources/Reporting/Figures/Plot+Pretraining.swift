import Claims
import Recipes
import Records

extension Plot {
  /// Which arms of a record a figure of curves shows.
  package enum Page: Sendable {
    /// Those of the headline and its references.
    case headline
    /// All others, beside those of the headline.
    case others
  }

  /// How the losses and the monitor went from epoch to epoch: per arm the mean over seeds, with a band from the
  /// lowest to the highest seed.
  ///
  /// The losses of arms that use labels are another objective and left out, as is what came before the first step, and a
  /// loss's only term, which is the loss. No panels where `page` has no arm of its own.
  package static func pretraining(
    _ results: RecordedResults, of experiment: Declaration, page: Page = .headline, subtitle: String
  ) -> Plot {
    let inks = ArmInks(experiment, recorded: unique(results.curves.map(\.key.arm)))
    let arms = page == .headline ? inks.firstPage : inks.secondPage
    let labelled = Set(experiment.arms.filter(\.usesLabels).map(\.name))
    let rows = results.curves.filter { row in
      row.metric != "learning-rate" && !row.metric.hasPrefix(PreparationMetric.prefix)
        && arms.contains(row.key.arm) && !(isLoss(row.metric) && labelled.contains(row.key.arm))
    }
    let onlyTerm = onlyTerm(of: rows)
    let metrics = unique(rows.map(\.metric)).filter { $0 != onlyTerm }.sorted { rank($0) < rank($1) }
    let seeds = Dictionary(grouping: results.curves, by: \.key.arm).mapValues {
      unique($0.map(\.key.seed)).count
    }
    let panels = metrics.map { metric in
      var panel = Panel(
        title: title(of: metric, onlyTerm: onlyTerm), x: "epoch", y: unit(of: metric),
        series: arms.compactMap { arm -> Series? in
          let points = overSeeds(rows.filter { $0.metric == metric && $0.key.arm == arm })
          if points.isEmpty { return nil }
          let name = "\(arm) (\(Typography.count(seeds[arm] ?? 0, "seed")))"
          return Series(name, .lineWithBand, inks[arm], points)
        })
      panel.countsAlongX = true
      return panel
    }
    return Plot(
      title: page == .headline
        ? "Losses and monitor during pre-training" : "Losses and monitor during pre-training: other arms",
      subtitle: subtitle, caption: caption(metrics), panels: panels, columns: min(2, max(1, panels.count)))
  }

  private static func caption(_ metrics: [String]) -> String {
    var parts = ["Lines: means over seeds; bands: from the lowest seed to the highest."]
    if metrics.contains(where: { $0.hasPrefix(MonitorMetric.prefix) }) {
      parts.append("The monitor looks at training images only.")
    }
    if metrics.contains(MonitorMetric.spread) {
      parts.append("Spread: 1 where directions are uniform, 0 where all features are equal.")
    }
    return parts.joined(separator: " ")
  }

  /// The one term that every loss among `rows` has, where it is the loss; `nil` where there are more.
  private static func onlyTerm(of rows: [CurveRow]) -> String? {
    let terms = unique(rows.map(\.metric).filter { $0.hasPrefix("loss/") })
    guard terms.count == 1 else { return nil }
    struct Place: Hashable { let run: String, step: Int }
    let totals = Dictionary(
      rows.filter { $0.metric == "loss" }.map { (Place(run: $0.key.run, step: $0.step), $0.value) },
      uniquingKeysWith: { first, _ in first })
    let areEqual = rows.filter { $0.metric == terms[0] }.allSatisfy {
      guard let total = totals[Place(run: $0.key.run, step: $0.step)] else { return false }
      return ($0.value - total).magnitude <= 1e-5 * max(1, total.magnitude)
    }
    return areEqual ? terms[0] : nil
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

  private static func title(of metric: String, onlyTerm: String?) -> String {
    let name = (metric.split(separator: "/").last.map(String.init) ?? metric).replacing("-", with: " ")
    if metric == "loss" {
      return onlyTerm.map { "Loss (\($0.dropFirst("loss/".count).replacing("-", with: " ")))" } ?? "Loss"
    }
    switch metric {
    case "monitor/knn": return "Monitor: accuracy of nearest neighbours"
    case MonitorMetric.spread: return "Monitor: spread of the features"
    case MonitorMetric.rank: return "Monitor: effective rank of the features"
    case StepMetric.gradientNorm: return "Norm of the gradient"
    default: break
    }
    if isLoss(metric) { return "Term of the loss: \(name)" }
    return metric.hasPrefix(MonitorMetric.prefix) ? "Monitor: \(name)" : "Observed: \(name)"
  }

  private static func unit(of metric: String) -> String {
    // Not every loss is a logarithm: cosines and squares have no unit.
    if metric == "loss" { return "loss" }
    if isLoss(metric) { return "term" }
    if metric.hasSuffix("entropy") { return "nats" }
    if metric.hasSuffix("occupancy") { return "share" }
    if metric.contains("rank") { return "dimensions" }
    if metric.contains("deviation") || metric.hasSuffix("std") { return "standard deviation" }
    if metric == StepMetric.gradientNorm { return "norm" }
    return metric.contains("top1") || metric.contains("knn") ? "accuracy (%)" : "value"
  }
}

/// Which arm is drawn in which colour, whatever else is in the figure.
struct ArmInks {
  private var inks: [String: Ink] = [:]
  /// The arms of the headline and its references, and those of the second page, in the order of the legend.
  let firstPage: [String], secondPage: [String]

  /// The inks of the arms that are `recorded`; the order is that of the declaration, not of the alphabet.
  init(_ experiment: Declaration, recorded: [String]) {
    let headline = experiment.claims[0].comparisons[0]
    let compared = [headline.baseline, headline.treatment]
    let declared = experiment.arms.map(\.name)
    let known = unique(compared + declared.filter(recorded.contains) + recorded).filter(recorded.contains)
    func role(_ name: String) -> ArmRole { experiment.arm(named: name)?.role ?? .exploratory }
    let references = known.filter { role($0) == .reference && !compared.contains($0) }
    let sides = known.filter { role($0) == .headline || compared.contains($0) }
    let others = known.filter { role($0) == .exploratory && !compared.contains($0) }
    firstPage = sides + references
    secondPage = others.isEmpty ? [] : known.filter(compared.contains) + others
    for (place, name) in references.enumerated() { inks[name] = .reference(place) }
    for (place, name) in (sides.filter { !compared.contains($0) } + others).enumerated() {
      inks[name] = .other(place)
    }
    (inks[headline.baseline], inks[headline.treatment]) = (.baseline, .treatment)
  }

  subscript(arm: String) -> Ink { inks[arm] ?? .other(0) }
}
