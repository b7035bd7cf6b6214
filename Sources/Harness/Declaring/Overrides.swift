import Foundation
import Pretraining

/// An override that changes nothing, or not one thing, or into something impossible.
public enum OverrideError: Error, Equatable, CustomStringConvertible {
  /// No arm has the key.
  case unknownKey(String, nearest: [String])
  /// The key is the end of several paths.
  case ambiguousKey(String, candidates: [String])
  /// The constant is given two values, of which one would be dropped in silence.
  case twice(key: String)
  /// The value is of another kind than the constant.
  case wrongKind(key: String, value: String, current: String)

  /// What is wrong and what to do, in one line.
  public var description: String {
    switch self {
    case .unknownKey(let key, let nearest):
      "no arm has a constant “\(key)”; \(nearest.isEmpty ? "" : "did you mean \(nearest.asChoice)? ")"
        + "`repro config EXPERIMENT` shows them all"
    case .ambiguousKey(let key, let candidates):
      "“\(key)” may be \(candidates.asChoice); write the whole key"
    case .twice(let key): "\(key) is set twice, and holds one value: set it once"
    case .wrongKind(let key, let value, let current):
      "“\(value)” cannot be the value of \(key), which is \(current) unless changed"
    }
  }
}

extension Arm.Configuration {
  /// The configuration as one value: `{"hyperparameters":…,"plan":…}`.
  public var json: JSONValue {
    .object(["hyperparameters": hyperparameters, "plan": JSONValue(encoding: plan)])
  }

  /// The full path that `key` means here; `nil` when there is none. Throws an `OverrideError` when there are several.
  package func path(for key: String) throws -> String? {
    let paths = json.paths
    if paths.contains(key) { return key }
    let candidates = paths.filter { $0.hasSuffix(".\(key)") }
    guard candidates.count <= 1 else { throw OverrideError.ambiguousKey(key, candidates: candidates) }
    return candidates.first
  }
}

extension Arm {
  /// The arms with every override applied where an arm has its key, but untrained arms stay so; throws an `OverrideError`
  /// when none has it.
  public static func applying(_ overrides: [Override], to arms: [Arm]) throws -> [Arm] {
    var arms = arms
    var changed = [Set<String>](repeating: [], count: arms.count)
    for override in overrides {
      let paths = try arms.map { try $0.configuration.path(for: override.key) }
      guard paths.contains(where: { $0 != nil }) else {
        let known = Set(arms.flatMap { $0.configuration.json.paths })
        throw OverrideError.unknownKey(override.key, nearest: known.nearest(toKey: override.key))
      }
      for (index, path) in paths.enumerated() {
        if let path, !changed[index].insert(path).inserted { throw OverrideError.twice(key: path) }
        // An arm that is not trained is a reference because it is not; more epochs are meant for the others.
        let staysUntrained = path == "plan.epochs" && arms[index].plan.epochs == 0
        guard let path, !staysUntrained else { continue }
        arms[index] = try arms[index].setting(path, to: override.value)
      }
    }
    return arms
  }

  /// What differs from the arm of the same name among `arms`, by full path; whatever was typed, and in whatever order.
  package func changes(from arms: [Arm]) -> [Override] {
    guard let own = arms.first(where: { $0.name == name }) else { return [] }
    return configuration.json.differences(from: own.configuration.json).map {
      Override(path: $0.path, value: $0.own ?? .null)
    }
  }

  private func setting(_ path: String, to text: String) throws -> Arm {
    let before = configuration.json
    guard let current = before.value(at: path.split(separator: ".").map(String.init)) else {
      preconditionFailure("there is nothing at \(path)")
    }
    let mismatch = OverrideError.wrongKind(key: path, value: text, current: current.description)
    guard let value = current.sameKind(as: text) else { throw mismatch }
    let changed = before.replacing(path.split(separator: ".").map(String.init), with: value)
    guard case .object(let parts) = changed, let plan = parts["plan"],
      let hyperparameters = parts["hyperparameters"]
    else { throw mismatch }
    do {
      return try with(
        Configuration(hyperparameters: hyperparameters, plan: plan.decoded(as: TrainingPlan.self)))
    } catch is DecodingError {
      throw mismatch
    }
  }
}

extension JSONValue {
  /// `text` as a value that may stand where this one does; `nil` when it is of another kind.
  fileprivate func sameKind(as text: String) -> JSONValue? {
    switch self {
    case .bool: Bool(text).map(JSONValue.bool)
    case .integer, .number:
      Int(text).map(JSONValue.integer) ?? Double(text).flatMap { $0.isFinite ? .number($0) : nil }
    case .string: .string(text)
    case .null, .array, .object:
      try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }
  }
}
