/// A sign that a training went wrong, as it rang: kept in `run.json` and shown wherever the run's numbers are.
public struct Alarm: Codable, Sendable, Hashable {
  /// What looked wrong, and what to do, in one sentence.
  public var text: String
  /// The epoch after which it rang.
  public var epoch: Int
  /// The number that rang it; `nil` where several did, or where it is no number.
  public var value: Double?

  /// Creates an alarm.
  public init(_ text: String, epoch: Int, value: Double? = nil) {
    self.text = text
    self.epoch = epoch
    self.value = value
  }

  /// Equal for alarms of one kind: the text without its numbers.
  package var kind: String { String(text.filter { !$0.isNumber }) }
}

/// How a training ended whose loss, or whose features, became infinite or no number: what is measured of such a run is the
/// encoder that its seed began with.
public struct Divergence: Codable, Sendable, Hashable {
  /// The step and the epoch after which it happened.
  public var step, epoch: Int
  /// What became of what, in one line.
  public var text: String

  /// Creates a divergence.
  public init(step: Int, epoch: Int, text: String) {
    self.step = step
    self.epoch = epoch
    self.text = text
  }
}
