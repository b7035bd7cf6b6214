import Records

/// What every trial is asked before its number counts.
///
/// A configuration whose training rang an alarm, or whose features are no better than the untrained network's, is not the
/// one that an arm is represented by, whatever its accuracy.
public enum TuningChecks {
  /// The failures of a configuration, over all of its seeds.
  public static let usual: TuningProgress.Judge = { _, rows, _ in
    let alarms = rows.filter { $0.evaluation == TuningRow.Observation.alarms }.map(\.value).reduce(0, +)
    func mean(_ moment: String) -> Double? {
      let values = rows.filter { $0.evaluation == moment && $0.metric == "monitor/knn" }.map(\.value)
      return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    var failures: [String] = []
    if alarms > 0 { failures.append("an alarm rang in its training") }
    if let first = mean(TuningRow.Observation.first), let last = mean(TuningRow.Observation.last),
      last <= first
    {
      failures.append(
        "the monitor's kNN is \(last.rounded(to: 1)) after training and \(first.rounded(to: 1)) before")
    }
    return failures
  }

  /// The failures that all of `judges` find.
  public static func all(_ judges: [TuningProgress.Judge]) -> TuningProgress.Judge {
    { arm, rows, baseline in judges.flatMap { $0(arm, rows, baseline) } }
  }

  /// What every trial is asked, and what the checks of `claims` ask of their treatments beside the chosen baseline.
  ///
  /// Floors and collapses are asked of every trial already.
  public static func of(_ claims: [Claim]) -> TuningProgress.Judge {
    let checks = unique(claims.flatMap(\.checks))
    return all([
      usual,
      { arm, rows, baseline in checks.compactMap { $0.failure(of: arm, rows, baseline) } },
    ])
  }
}

extension Check {
  /// The evaluation that a trial has to be measured by for the check, beside the one that decides.
  public var evaluation: String? {
    if case .leads(_, _, let evaluation, _) = self { evaluation } else { nil }
  }

  /// What a trial of `arm` fails beside the trials of the baseline, in words; `nil` where nothing is asked of it.
  fileprivate func failure(of arm: String, _ rows: [TuningRow], _ baseline: [TuningRow]?) -> String? {
    func mean(_ evaluation: String, _ metric: String, _ rows: [TuningRow]) -> Double? {
      let values = rows.filter { $0.evaluation == evaluation && $0.metric == metric }.map(\.value)
      return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    switch self {
    case .term(let metric, let treatment, _, let share) where treatment == arm:
      guard let baseline, let watched = mean(TuningRow.Observation.last, metric, baseline),
        let acted = mean(TuningRow.Observation.last, metric, rows)
      else { return "\(metric) was not observed" }
      if acted <= (1 - share) * watched { return nil }
      return "\(metric) is \(acted.rounded(to: 3)), not \(Typography.percent(share)) below the baseline's "
        + "\(watched.rounded(to: 3))"
    case .leads(let treatment, _, let evaluation, let metric) where treatment == arm:
      guard let baseline, let base = mean(evaluation, metric, baseline),
        let own = mean(evaluation, metric, rows)
      else { return "\(evaluation) \(metric) was not measured" }
      if own > base { return nil }
      return
        "\(evaluation) \(metric) is \(own.rounded(to: 2)), not above the baseline's \(base.rounded(to: 2))"
    case .term, .leads, .beats, .keepsUp, .notCollapsed: return nil
    }
  }
}
