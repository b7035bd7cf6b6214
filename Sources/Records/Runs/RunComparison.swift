import Foundation

/// What two runs differ in: configuration, provenance and scores.
public struct RunComparison: Sendable, Encodable {
  /// A constant that differs, or a score of either.
  public struct Line: Sendable, Equatable, Codable {
    /// Its path, or the score's name.
    public let name: String
    /// What each run has there; `nil` for nothing.
    public let first, second: String?
    /// Second minus first, where both are numbers.
    public let change: String?
  }

  /// The constants and circumstances that differ.
  public let settings: [Line]
  /// Every score of either run.
  public let scores: [Line]

  /// Compares two runs; throws a `ManifestError` or a `CSVError` when one cannot be read, and an `UnvouchedRows` when one
  /// is finished and its rows were changed since.
  public init(_ first: RunFolder, _ second: RunFolder) throws {
    let manifests = try [first, second].map { try RunManifest(contentsOf: $0.manifest) }
    settings = manifests[0].circumstances.differences(from: manifests[1].circumstances).map {
      Line($0.path, $0.own?.description, $0.other?.description)
    }
    let rows = try zip([first, second], manifests).map { try $0.shownScores(of: $1) }
    scores = unique((rows[0] + rows[1]).map(\.measure)).map { measure in
      let values = rows.map { rows in rows.first { $0.measure == measure }?.value }
      return Line(measure.name, values[0].map { "\($0)" }, values[1].map { "\($0)" })
    }
  }
}

extension RunComparison.Line {
  fileprivate init(_ name: String, _ first: String?, _ second: String?) {
    self.name = name
    self.first = first
    self.second = second
    if let old = first.flatMap(Double.init), let new = second.flatMap(Double.init) {
      change = Typography.difference(new - old, decimals: 4)
    } else {
      change = nil
    }
  }
}

extension RunManifest {
  /// Everything that a difference of numbers may come from; times and places aside.
  fileprivate var circumstances: JSONValue {
    .object([
      "identity": JSONValue(encoding: identity), "data": JSONValue(encoding: data),
      "machine": .object([
        "processor": .string(machine.processor), "instructionSet": .string(machine.instructionSet),
      ]),
      "libraries": JSONValue(encoding: libraries), "threads": .integer(threads), "build": .string(build),
      "status": .string(status.rawValue), "overrides": JSONValue(encoding: overrides),
      "commit": commit.map(JSONValue.string) ?? .null, "isDirty": .bool(isDirty),
    ])
  }
}
