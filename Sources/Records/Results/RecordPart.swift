/// A part of an experiment's record at one scale; all parts are kept in the same form.
public enum RecordPart: Sendable, CaseIterable {
  /// What claims are judged by: measured on test images.
  case main
  /// What claims' gates are judged by, before their first seeds: measured on held-out training images.
  case gates

  /// The folder within the record; `nil` where it is the record's own.
  package var folder: String? { self == .gates ? "gates" : nil }
}
