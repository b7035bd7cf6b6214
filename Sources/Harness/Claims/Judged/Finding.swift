/// What the headline comparison shows, with what it rests on.
public struct Finding: Sendable {
  /// The two arms seed by seed.
  public let pairing: Pairing
  /// The differences over all pairs; `nil` without any.
  public let difference: PairedDifference?
  /// What they say about the claim; `nil` on synthetic images, which say nothing about it.
  public let verdict: Verdict?
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
    verdict = isSynthetic ? nil : Verdict(difference)
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
    verdict.map(\.description) ?? "no verdict, since synthetic images say nothing about the paper"
  }
}

extension RecordedResults {
  /// Whether any row was made on procedural images.
  var isSynthetic: Bool {
    scores.contains { $0.key.data.hasSuffix(":synthetic") }
      || manifests.contains { $0.data.kind == "synthetic" }
  }
}
