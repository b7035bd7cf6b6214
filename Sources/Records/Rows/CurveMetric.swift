/// How the monitor's numbers are called in the curves.
public enum MonitorMetric {
  /// Stands before the name of each.
  public static let prefix = "monitor/"
  /// The standard deviation of the features, which falls to zero when they collapse.
  package static let spread = "monitor/std"
  /// The number of directions that the features make use of.
  package static let rank = "monitor/effective-rank"
}

/// How what a preparation found is called in the curves.
package enum PreparationMetric {
  /// Stands before the name of each; the epoch of such a row is the preparation's own.
  package static let prefix = "preparation/"
}

/// How what every step has beside its loss is called in the curves.
package enum StepMetric {
  /// The norm of its gradients.
  package static let gradientNorm = "gradient-norm"
}
