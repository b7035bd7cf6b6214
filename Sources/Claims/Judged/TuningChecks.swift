import Records

/// What every trial is asked before its number counts.
///
/// A configuration whose training rang an alarm, or whose features are no better than the untrained network's, is not the
/// one that an arm is represented by, whatever its accuracy.
public enum TuningChecks {
  /// The failures of a configuration, over all of its seeds.
  public static let usual: TuningProgress.Judge = { _, rows, _ in
    let alarms = rows.filter { $0.evaluation == TuningRow.Observation.alarms }.map(\.value).reduce(0, +)
    var failures: [String] = []
    if alarms > 0 { failures.append("an alarm rang in its training") }
    if let first = rows.mean(TuningRow.Observation.first, "monitor/knn"),
      let last = rows.mean(TuningRow.Observation.last, "monitor/knn"), last <= first
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
    switch self {
    case .term(let metric, let treatment, _, let share) where treatment == arm:
      guard let baseline, let watched = baseline.mean(TuningRow.Observation.last, metric),
        let acted = rows.mean(TuningRow.Observation.last, metric)
      else { return "\(metric) was not observed" }
      if acted <= (1 - share) * watched { return nil }
      return "\(metric) is \(acted.rounded(to: 3)), not \(Typography.percent(share)) below the baseline's "
        + "\(watched.rounded(to: 3))"
    case .leads(let treatment, _, let evaluation, let metric) where treatment == arm:
      guard let baseline, let base = baseline.mean(evaluation, metric),
        let own = rows.mean(evaluation, metric)
      else { return "\(evaluation) \(metric) was not measured" }
      if own > base { return nil }
      return
        "\(evaluation) \(metric) is \(own.rounded(to: 2)), not above the baseline's \(base.rounded(to: 2))"
    case .term, .leads, .beats, .keepsUp, .notCollapsed: return nil
    }
  }
}

extension [TuningRow] {
  /// The mean of one number over the trials' seeds; `nil` where none has it.
  fileprivate func mean(_ evaluation: String, _ metric: String) -> Double? {
    let values = filter { $0.evaluation == evaluation && $0.metric == metric }.map(\.value)
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}
