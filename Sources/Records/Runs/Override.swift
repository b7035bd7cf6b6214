import Foundation

/// A change of one constant for exploration: `--set key=value`.
public struct Override: Sendable, Hashable, CustomStringConvertible {
  /// A path such as `plan.epochs` or `hyperparameters.temperature`, or as much of its end as is unambiguous.
  public let key: String
  /// The new value as typed.
  public let value: String

  /// Parses `key=value`; `nil` when there is no such form.
  public init?(_ text: String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
    key = parts[0].trimmingCharacters(in: .whitespaces)
    value = parts[1].trimmingCharacters(in: .whitespaces)
  }

  /// A change of the constant at a full path.
  package init(path: String, value: JSONValue) {
    key = path
    if case .string(let text) = value { self.value = text } else { self.value = value.description }
  }

  /// The form in which it was typed.
  public var description: String { "\(key)=\(value)" }
}

extension Override {
  /// Whether it chooses images rather than an arm's constants.
  package var isOfData: Bool { key.hasPrefix("dataset.") }
}
