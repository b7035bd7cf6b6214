import Records

/// Rows that may not stand in one table, or runs that make no pair.
public struct Incomparable: Error, Equatable, CustomStringConvertible {
  /// What differs: `version`, `scale`, `data digest`, `digest of the masks`, `evaluation version`, `precision`, `threads`, `configuration`.
  public let property: String
  /// A run, and what it has there.
  public let first: (run: String, value: String)
  /// Another run, and what that has.
  public let second: (run: String, value: String)

  package init(
    _ property: String, _ first: (run: String, value: String), _ second: (run: String, value: String)
  ) {
    self.property = property
    self.first = first
    self.second = second
  }

  /// Both runs with what they have, and what to do.
  public var description: String {
    "rows of different \(property) cannot be compared: run \(first.run) has \(first.value), run \(second.run) has "
      + "\(second.value). Take one of them out of the folder, or run it again so that they agree"
  }

  /// Whether two errors say the same.
  public static func == (a: Incomparable, b: Incomparable) -> Bool { a.description == b.description }
}

/// Checks what all rows of a table must have in common.
enum Comparability {
  /// Throws `Incomparable` unless all rows agree in version, scale, data digest, a version of every evaluation and, within
  /// an arm, the configuration.
  static func check(_ results: RecordedResults) throws(Incomparable) {
    let rows = results.scores
    let manifests = Dictionary(
      results.manifests.map { ($0.run, $0) }, uniquingKeysWith: { first, _ in first })
    try agree("experiment", rows.map { ($0.key.run, $0.key.experiment) })
    try agree("version", rows.map { ($0.key.run, "version \($0.key.version)") })
    try agree("scale", rows.map { ($0.key.run, $0.key.scale.rawValue) })
    try agree("data", rows.map { ($0.key.run, $0.key.data) })
    try agree("data digest", results.manifests.map { ($0.run, $0.data.digest) })
    try agree(
      "digest of the masks",
      results.manifests.compactMap { manifest in manifest.segmentation.map { (manifest.run, $0.digest) } })
    for (_, group) in grouped(results.manifests, by: { $0.identity.inflation?.source }) {
      try agree("added images", group.map { ($0.run, $0.identity.inflationDigest ?? "none") })
    }
    for (_, group) in grouped(rows, by: { unversioned($0.evaluation) }) { try agreeInEvaluation(group) }
    for (_, group) in grouped(rows, by: { $0.key.arm }) {
      try agreeInConfiguration(unique(group.map(\.key.run)).compactMap { manifests[$0] })
    }
    for (_, group) in grouped(rows, by: { [$0.key.arm, "\($0.key.seed)", $0.evaluation, $0.metric] }) {
      try agree("run", group.map { ($0.key.run, "arm \($0.key.arm), seed \($0.key.seed)") }, by: \.run)
    }
  }

  /// Throws `Incomparable` unless two runs of one seed agree in precision and threads.
  static func checkPair(_ treatment: RunManifest?, _ baseline: RunManifest?) throws(Incomparable) {
    let runs = [treatment, baseline].compactMap(\.self)
    try agree("precision", runs.map { ($0.run, $0.identity.plan.precision.rawValue) })
    try agree("threads", runs.map { ($0.run, Typography.count($0.threads, "thread")) })
  }

  /// The evaluation's name without its version: `linear` of `linear-v1`.
  static func unversioned(_ evaluation: String) -> String {
    guard let hyphen = evaluation.lastIndex(of: "-") else { return evaluation }
    let version = evaluation[hyphen...].dropFirst()
    let isVersion = version.first == "v" && version.count > 1 && version.dropFirst().allSatisfy(\.isNumber)
    return isVersion ? String(evaluation[..<hyphen]) : evaluation
  }

  /// A run may be measured by a later version beside the earlier one; two without a common version cannot be compared.
  private static func agreeInEvaluation(_ rows: [ScoreRow]) throws(Incomparable) {
    var known: [(run: String, versions: [String])] = []
    for (run, rows) in grouped(rows, by: { $0.key.run }) {
      let versions = unique(rows.map(\.evaluation))
      if let other = known.first(where: { Set($0.versions).isDisjoint(with: versions) }) {
        throw Incomparable(
          "evaluation version", (other.run, other.versions.joined(separator: ", ")),
          (run, versions.joined(separator: ", ")))
      }
      known.append((run, versions))
    }
  }

  /// Names what differs alone: whole configurations are longer than a screen.
  private static func agreeInConfiguration(_ manifests: [RunManifest]) throws(Incomparable) {
    guard let first = manifests.first else { return }
    let configuration = first.configuration
    for other in manifests.dropFirst() {
      let differences = other.configuration.differences(from: configuration)
      if differences.isEmpty { continue }
      func told(_ value: (JSONValue.Difference) -> JSONValue?) -> String {
        differences.map { "\($0.path) \(value($0) ?? .null)" }.joined(separator: ", ")
      }
      throw Incomparable("configuration", (first.run, told(\.other)), (other.run, told(\.own)))
    }
  }

  private static func agree(
    _ property: String, _ values: [(run: String, value: String)],
    by key: (((run: String, value: String)) -> String) = \.value
  ) throws(Incomparable) {
    guard let first = values.first else { return }
    if let other = values.first(where: { key($0) != key(first) }) {
      throw Incomparable(property, first, other)
    }
  }

  private static func grouped<Row, Key: Hashable>(
    _ rows: [Row], by key: (Row) -> Key
  ) -> [(key: Key, rows: [Row])] {
    var order: [Key] = []
    var groups: [Key: [Row]] = [:]
    for row in rows {
      if groups[key(row)] == nil { order.append(key(row)) }
      groups[key(row), default: []].append(row)
    }
    return order.map { ($0, groups[$0] ?? []) }
  }
}

extension RunManifest {
  /// Everything that was set, precision aside, which only pairs must share.
  fileprivate var configuration: JSONValue {
    var plan = identity.plan
    plan.precision = .automatic
    return .object([
      "plan": JSONValue(encoding: plan), "method": identity.hyperparameters,
      "dataset": JSONValue(encoding: identity.dataset),
    ])
  }
}
