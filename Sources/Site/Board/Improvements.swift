import Claims
import Records
import Statistics

/// Each treatment over its baseline, over all data sets on which both were measured by the same.
struct Improvements {
  /// One pair of methods.
  struct Line {
    let treatment: String, baseline: String, measure: Measure
    /// The experiments whose runs count.
    let experiments: [String]
    let found: ProbabilityOfImprovement
  }

  let lines: [Line]

  init(_ record: SiteRecord) {
    struct Key: Hashable { let paper: String, treatment: String, baseline: String, measure: Measure }
    var order: [Key] = []
    var tasks: [Key: [(name: String, task: ProbabilityOfImprovement.Task)]] = [:]
    for entry in record.entries where entry.isOfThisVersion {
      guard let summary = entry.report.summary, !entry.report.results.isSynthetic else { continue }
      let comparisons = unique(entry.report.experiment.claims.flatMap(\.comparisons)).filter {
        $0.arms.count == 2 && $0.baselineMetric == nil
      }
      for comparison in comparisons {
        let key = Key(
          paper: entry.report.experiment.paper.folder, treatment: comparison.treatment,
          baseline: comparison.baseline,
          measure: comparison.measure)
        let own = summary.rows(of: key.treatment, key.measure).map(\.value)
        let other = summary.rows(of: key.baseline, key.measure).map(\.value)
        if own.isEmpty || other.isEmpty { continue }
        if tasks[key] == nil { order.append(key) }
        tasks[key, default: []].append((entry.title, .init(treatment: own, baseline: other)))
      }
    }
    lines = order.compactMap { key in
      let own = tasks[key] ?? []
      guard let found = (try? ProbabilityOfImprovement(own.map(\.task))) ?? nil else { return nil }
      return Line(
        treatment: key.treatment, baseline: key.baseline, measure: key.measure, experiments: own.map(\.name),
        found: found)
    }
  }
}
