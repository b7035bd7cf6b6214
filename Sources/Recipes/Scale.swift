/// How much of the published recipe is run.
public enum Scale: String, Codable, Sendable, CaseIterable {
  /// Seconds; runs in tests.
  case smoke
  /// Minutes per arm and seed on two cores; the committed result.
  case reduced
  /// The published recipe, kept as the reference.
  case paper
}
