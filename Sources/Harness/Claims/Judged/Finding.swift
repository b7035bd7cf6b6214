/// What the headline comparison shows, with what it rests on.
public struct Finding: Sendable {
  /// The two arms seed by seed.
  public let pairing: Pairing
  /// The differences over all pairs; `nil` without any.
  public let difference: PairedDifference?
  /// What they say about the claim; `nil` on synthetic images, which say nothing about it, and while an alarm of a run in
  /// the pairs is not acknowledged.
  public let verdict: Verdict?
  /// The alarms of runs in the pairs that nobody has acknowledged, in words.
  let openAlarms: [String]
  /// On what and how: `CIFAR-10 (jpeg75)`, `reduced`.
  let dataset: String, scale: Scale

  /// Judges `comparison` by the rows of `summary`; throws `Incomparable` or `NotFinite`.
  public init(_ comparison: Comparison, _ summary: Summary, scale: Scale) throws {
    let measure = Measure(evaluation: comparison.evaluation, metric: comparison.metric)
    pairing = try summary.pairing(comparison.treatment, over: comparison.baseline, measure)
    difference = try pairing.difference()
    self.scale = scale
    dataset = Finding.dataset(of: comparison, summary.results)
    let isSynthetic = summary.results.isSynthetic
    openAlarms = pairing.runs(in: summary.results).filter {
      summary.results.acknowledgement(of: $0.run) == nil
    }
    .flatMap { manifest in (manifest.alarms ?? []).map { "\(manifest.name), epoch \($0.epoch): \($0.text)" } }
    verdict = isSynthetic || !openAlarms.isEmpty ? nil : Verdict(difference)
  }

  /// The data set that the runs were made on; before it the one whose masks are asked about, where that is another.
  private static func dataset(of comparison: Comparison, _ results: RecordedResults) -> String {
    let own = results.scores.first.map { Typography.dataset($0.key.data) } ?? ""
    let masks = results.manifests.compactMap(\.segmentation).first {
      comparison.evaluation.contains("-\($0.name)-")
    }
    return masks.map { "\(Typography.dataset("\($0.name):\($0.kind)")) after \(own)" } ?? own
  }

  /// The finding in one sentence, with n, interval and spread.
  public var sentence: String {
    let arms = "\(pairing.treatment) and \(pairing.baseline)"
    guard let difference else {
      return "No seed is recorded for both \(arms) at \(scale.rawValue) scale: \(conclusion)."
    }
    let spread = difference.spread
    var basis = spread.count == 1 ? "one pair of runs" : "n = \(spread.count) paired seeds"
    if let deviation = spread.deviation, let interval = difference.interval() {
      basis =
        "95 % interval \(Typography.interval(interval)), \(basis), standard deviation of the differences "
      basis += Typography.number(deviation)
    }
    return "\(pairing.treatment) minus \(pairing.baseline), \(pairing.measure.name) on \(dataset) at "
      + "\(scale.rawValue) scale: \(Typography.difference(spread.mean)) points (\(basis)): \(conclusion)."
  }

  private var conclusion: String {
    if let first = openAlarms.first {
      let others = openAlarms.count - 1
      return "alarm not acknowledged: \(first)"
        + (others > 0 ? " (and \(Typography.count(others, "other alarm")))" : "")
    }
    return verdict.map(\.description) ?? "no verdict, since synthetic images say nothing about the paper"
  }
}

extension RecordedResults {
  /// Whether any row was made on procedural images.
  var isSynthetic: Bool {
    scores.contains { $0.key.data.hasSuffix(":synthetic") }
      || manifests.contains { $0.data.kind == "synthetic" }
  }
}

extension Pairing {
  /// The runs of both arms that make up the pairs.
  fileprivate func runs(in results: RecordedResults) -> [RunManifest] {
    let seeds = Set(pairs.map(\.seed))
    return results.manifests.filter {
      [treatment, baseline].contains($0.identity.arm) && seeds.contains($0.identity.seed)
    }
  }
}

extension RunManifest {
  /// For readers: `MoCo seed 0`.
  var name: String { "\(identity.arm) seed \(identity.seed)" }
}
