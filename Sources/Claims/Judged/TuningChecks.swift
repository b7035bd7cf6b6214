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
}
