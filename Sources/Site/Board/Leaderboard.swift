import Claims
import Recipes
import Records
import Reporting
import Statistics

/// All methods that were measured on the same images at one scale, with what they took.
struct Leaderboard {
  /// One arm of one experiment.
  struct Entry {
    let source: SiteRecord.Entry, arm: DeclaredArm
    /// Its rows, and where they come from.
    let scores: [ScoreRow], manifests: [RunManifest]
    /// What it reached in each measure, by seed.
    let values: [Measure: [UInt64: Double]]
    /// The constants of its plan that differ from the usual ones of the board; `nil` where none does.
    var otherPlan: String?
    /// The monitor's accuracy at the number of images that all have seen.
    var atSameImages: Spread?
    /// Its mean place among the compared methods over the seeds that all of them have.
    var rank: Double?

    /// Whether its features were learned without labels, so that it is a method to be ranked.
    var isMethod: Bool { arm.plan.epochs > 0 && !arm.usesLabels }
    /// Whether a claim compares it, so that it has more than a seed or two.
    var isCompared: Bool { source.report.experiment.claims.contains { $0.arms.contains(arm.name) } }
    var seeds: Set<UInt64> { Set(manifests.map(\.identity.seed)) }
    /// Images that pre-training looked at, and its multiply-adds; `nil` where runs differ or do not tell.
    var imagesSeen: Double? { Self.mean(manifests.map { Double($0.imagesSeen) }) }
    var multiplyAdds: Double? { Self.mean(manifests.map { $0.multiplyAdds.map(Double.init) }) }

    func spread(_ measure: Measure) -> Spread? {
      let known = values[measure] ?? [:]
      return (try? Spread(known.sorted { $0.key < $1.key }.map(\.value))) ?? nil
    }

    private static func mean(_ values: [Double?]) -> Double? {
      let known = values.compactMap(\.self)
      return known.isEmpty || known.count < values.count ? nil : known.reduce(0, +) / Double(known.count)
    }
  }

  /// The images, as rows name them, and the scale.
  let data: String, scale: Scale
  /// The best first.
  var entries: [Entry]
  /// What claims decide by and most were measured by first.
  let measures: [Measure]
  /// The images that every method has seen at a look of the monitor; `nil` where there is no such number.
  var sameImages: Int?
  /// The seeds that all compared methods have.
  var sharedSeeds: [UInt64] = []

  /// What the board is ordered by.
  var decisive: Measure? { measures.first }
  /// The methods that are ranked against each other.
  var compared: [Entry] {
    entries.filter { entry in
      entry.isMethod && entry.isCompared && decisive.map { entry.values[$0] != nil } == true
    }
  }

  /// The boards of all records of the code's versions, in the order of the experiments.
  static func all(_ record: SiteRecord) -> [Leaderboard] {
    let entries = record.entries.filter(\.isOfThisVersion).flatMap(Self.entries)
    let keys = unique(entries.map { [$0.scores[0].key.data, $0.scores[0].key.scale.rawValue] })
    return keys.map { key in
      Leaderboard(entries.filter { [$0.scores[0].key.data, $0.scores[0].key.scale.rawValue] == key })
    }
  }

  /// The experiments whose rows are of an earlier version, and so on no board.
  static func leftOut(_ record: SiteRecord) -> [String] {
    record.entries.filter { !$0.isOfThisVersion }.map(\.title)
  }

  private static func entries(_ source: SiteRecord.Entry) -> [Entry] {
    let results = source.report.results
    return source.report.experiment.arms.compactMap { arm in
      let scores = results.scores.filter { $0.key.arm == arm.name && $0.measure.isFinal }
      if scores.isEmpty { return nil }
      var values: [Measure: [UInt64: Double]] = [:]
      for row in scores { values[row.measure, default: [:]][row.key.seed] = row.value }
      return Entry(
        source: source, arm: arm, scores: scores,
        manifests: results.manifests.filter { $0.identity.arm == arm.name }, values: values)
    }
  }

  private init(_ entries: [Entry]) {
    data = entries[0].scores[0].key.data
    scale = entries[0].scores[0].key.scale
    let known = unique(entries.flatMap { $0.scores.map(\.measure) })
    func count(_ measure: Measure) -> Int { entries.count { $0.values[measure] != nil } }
    // What claims decide by comes first, then what most were measured by.
    let deciding = Set(
      entries.flatMap { $0.source.report.experiment.claims.flatMap(\.comparisons).map(\.measure) })
    func weight(_ measure: Measure) -> Int {
      count(measure) + (deciding.contains(measure) ? entries.count : 0)
    }
    measures = known.enumerated().sorted {
      (weight($1.element), $0.offset) < (weight($0.element), $1.offset)
    }.map(\.element)
    self.entries = entries
    markPlans()
    compareAtSameImages()
    rank()
    if let decisive = measures.first {
      self.entries.sort { ($0.spread(decisive)?.mean ?? -1) > ($1.spread(decisive)?.mean ?? -1) }
    }
  }

  // MARK: Beside each number

  /// Finds whose plan differs from the one that most trained arms share.
  private mutating func markPlans() {
    let plans = entries.filter { $0.arm.plan.epochs > 0 }.map { Self.plan(of: $0.arm) }
    let counts = Dictionary(grouping: plans, by: \.self).mapValues(\.count)
    guard let usual = unique(plans).max(by: { counts[$0, default: 0] < counts[$1, default: 0] }) else {
      return
    }
    for place in entries.indices where entries[place].arm.plan.epochs > 0 {
      let differences = Self.plan(of: entries[place].arm).differences(from: usual)
      if differences.isEmpty { continue }
      entries[place].otherPlan = differences.map {
        "\($0.path) \(Self.told($0.own)), not \(Self.told($0.other))"
      }
      .joined(separator: "; ")
    }
  }

  private static func told(_ value: JSONValue?) -> String { value.map { "\($0)" } ?? "nothing" }

  /// How an arm is trained, and the network: what makes two accuracies differ besides the method.
  private static func plan(of arm: DeclaredArm) -> JSONValue {
    var plan = arm.plan
    plan.precision = .automatic
    return .object([
      "plan": JSONValue(encoding: plan), "network": arm.hyperparameters.value(at: ["network"]) ?? .null,
    ])
  }

  /// Looks the monitor's accuracy up at the largest number of images that all methods have seen.
  private mutating func compareAtSameImages() {
    let places = entries.indices.filter { entries[$0].isMethod }
    let looks = places.map { MonitorLooks.monitor(entries[$0]) }
    guard !looks.isEmpty, let least = looks.map({ $0.map(\.images).max() ?? 0 }).min(), least > 0 else {
      return
    }
    sameImages = least
    for (place, looks) in zip(places, looks) {
      let byRun = Dictionary(grouping: looks.filter { $0.images <= least }, by: \.run)
      let last = byRun.sorted { $0.key < $1.key }.compactMap { $0.value.max { $0.images < $1.images }?.value }
      entries[place].atSameImages = (try? Spread(last)) ?? nil
    }
  }

  private enum MonitorLooks {
    struct Look { let run: String, images: Int, value: Double }

    /// What the monitor saw of an arm, by the images seen until then.
    static func monitor(_ entry: Entry) -> [Look] {
      let batches = Dictionary(
        entry.manifests.map { ($0.run, $0.identity.plan.batchSize) }, uniquingKeysWith: { first, _ in first })
      return entry.source.report.results.curves.compactMap { row in
        guard row.metric == CurveCharts.neighbours, row.key.arm == entry.arm.name, row.value.isFinite,
          let batch = batches[row.key.run]
        else { return nil }
        return Look(run: row.key.run, images: row.step * batch, value: row.value)
      }
    }
  }

  /// Ranks the compared methods by what decides, seed by seed.
  private mutating func rank() {
    guard let decisive else { return }
    let places = entries.indices.filter {
      entries[$0].isMethod && entries[$0].isCompared && entries[$0].values[decisive] != nil
    }
    guard places.count > 1 else { return }
    let values = places.map { entries[$0].values[decisive] ?? [:] }
    let shared = values.dropFirst().reduce(Set(values[0].keys)) { $0.intersection($1.keys) }.sorted()
    sharedSeeds = shared
    let ranks = MeanRank.mean(over: shared.map { seed in values.map { $0[seed] ?? 0 } })
    for (place, rank) in zip(places, ranks) { entries[place].rank = rank }
  }

  // MARK: Against each other

  /// How likely a run of the one is better than one of the other; `nil` where they were not measured by the same.
  func improvement(of entry: Entry, over other: Entry) -> ProbabilityOfImprovement? {
    guard let decisive, let own = entry.values[decisive], let theirs = other.values[decisive] else {
      return nil
    }
    func runs(_ values: [UInt64: Double]) -> [Double] { values.sorted { $0.key < $1.key }.map(\.value) }
    return (try? ProbabilityOfImprovement([.init(treatment: runs(own), baseline: runs(theirs))])) ?? nil
  }
}

extension Measure {
  /// Whether it is what an evaluation comes to: of several accuracies the first.
  var isFinal: Bool { metric == "top1" || metric == "miou" }
}
