/// What an arm is for.
public enum ArmRole: String, Sendable, Codable {
  /// Takes part in the headline comparison.
  case headline
  /// Places the headline's numbers between a floor and a ceiling.
  case reference
  /// Tests something else; given a verdict only where a further claim compares it.
  case exploratory
}
