/// How much of the published recipe is run.
public enum Scale: String, Codable, Sendable, CaseIterable {
  /// Seconds; runs in tests.
  case smoke
  /// A minute on two cores, on images that the suite draws itself; shows that training makes features.
  case demo
  /// Minutes per arm and seed on two cores; the committed result.
  case reduced
  /// The published recipe, kept as the reference.
  case paper

  /// Whether runs can say anything about a paper: of the others no verdict is told, and no record takes them.
  public var isAboutPapers: Bool { self == .reduced || self == .paper }

  /// What a run takes whatever the experiment, in words; `nil` where that is the experiment's to say.
  public var cost: String? {
    switch self {
    case .smoke: "seconds"
    case .demo: "about a minute"
    case .reduced, .paper: nil
    }
  }
}
