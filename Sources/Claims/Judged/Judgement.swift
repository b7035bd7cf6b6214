import Recipes
import Records
import Statistics

/// A claim judged by recorded rows.
public struct Judgement: Sendable {
  /// The claim.
  public let claim: Claim
  /// Its comparisons, by as many pairs as all of them have.
  public let findings: [Finding]
  /// Its checks by the seeds of the look that ended it, or else the newest; none before the first look.
  public let checks: [CheckOutcome]
  /// Its gates.
  public let gates: [CheckOutcome]
  /// The verdict.
  public let verdict: Verdict
  /// On what and how: `CIFAR-10 (jpeg75)`, `reduced`.
  package let dataset: String, scale: Scale

  /// Judges `claim` by the rows of `summary`, and its gates by those of `pilot` (`RecordPart.gates`); throws `Incomparable`
  /// or `NotFinite`.
  public init(
    _ claim: Claim, _ summary: Summary, scale: Scale, pilot: RecordedResults = RecordedResults()
  ) throws {
    self.claim = claim
    self.scale = scale
    dataset = Self.dataset(of: claim.comparisons[0], summary.results)
    // A look of a claim is reached when all its comparisons have the pairs.
    let all = try claim.comparisons.map { try Finding($0, of: claim, summary) }
    let pairs = all.map(\.differences.count).min() ?? 0
    let findings =
      all.allSatisfy { $0.differences.count == pairs }
      ? all : try claim.comparisons.map { try Finding($0, of: claim, summary, limit: pairs) }
    let ended = Conjunction.ending(of: findings.map(\.ended))
    let look = ended?.pairs ?? findings[0].look?.pairs
    let checks = try look.map { try claim.checkOutcomes(in: summary.results, seeds: claim.seeds($0)) } ?? []
    try Comparability.check(pilot)
    let gates = try claim.gateOutcomes(in: pilot)
    (self.findings, self.checks, self.gates) = (findings, checks, gates)
    verdict = Self.verdict(
      claim, ended, pairs: pairs, checks + gates,
      alarms: unique(
        all.flatMap { $0.pairing.openAlarms(in: summary.results) } + claim.openAlarms(inGates: pilot)),
      isSynthetic: summary.results.isSynthetic || pilot.isSynthetic,
      isRecorded: all.contains { $0.difference != nil })
  }

  private static func verdict(
    _ claim: Claim, _ ended: Ended?, pairs: Int, _ conditions: [CheckOutcome], alarms: [String],
    isSynthetic: Bool,
    isRecorded: Bool
  ) -> Verdict {
    if isSynthetic { return .synthetic }
    // Before the first pair these are gates.
    let failed = conditions.filter { $0.state == .failed }
    if !failed.isEmpty { return .notATest(failed.map(\.text)) }
    if !isRecorded { return .unrecorded }
    if !alarms.isEmpty { return .alarmed(alarms) }
    guard let ended else {
      return .goingOn(
        pairs: pairs, of: claim.looks.last, next: claim.looks.next(after: pairs) ?? claim.looks.last)
    }
    let open = conditions.filter { $0.state == .open }
    return open.isEmpty ? .ended(ended, margin: claim.margin) : .waiting(open.map(\.text))
  }

  /// The data set that the runs were made on; before it the one whose masks are asked about, where that is another.
  private static func dataset(of comparison: Comparison, _ results: RecordedResults) -> String {
    let own = results.scores.first.map { Typography.dataset($0.key.data) } ?? ""
    let masks = results.manifests.compactMap(\.segmentation).first {
      comparison.evaluation.contains("-\($0.name)-")
    }
    return masks.map { "\(Typography.dataset("\($0.name):\($0.kind)")) after \(own)" } ?? own
  }

  /// The pairs of the next look; `nil` where none is due any more.
  public var nextLook: Int? {
    switch verdict {
    case .goingOn(_, _, let next): next
    case .unrecorded: claim.looks.counts[0]
    default: nil
    }
  }

  /// Whether an end only waits for conditions to be judged.
  package var isWaiting: Bool {
    if case .waiting = verdict { true } else { false }
  }

  /// The sequential p value of the claim, the largest of its comparisons; `nil` where it counts as 1. Throws `NotFinite`.
  package func pValue() throws(NotFinite) -> Double? {
    guard verdict.hasPValue else { return nil }
    var largest = 0.0
    for finding in findings { largest = max(largest, try finding.pValue()) }
    return largest
  }

  /// What was found in one sentence, with n, intervals and spread.
  public var sentence: String {
    if case .unrecorded = verdict {
      let arms = claim.arms.count == 1 ? claim.arms[0] : "all of \(claim.arms.joined(separator: ", "))"
      let named = claim.arms.count == 2 ? "both \(claim.arms.joined(separator: " and "))" : arms
      return "No seed is recorded for \(named) at \(scale.rawValue) scale: \(verdict)."
    }
    return findings.map { $0.phrase(on: dataset, scale: scale) }.joined(separator: "; ")
      + ": \(verdict)\(forecast)."
  }

  /// What was found of each comparison, and what the looks to come are likely to bring, each in one phrase.
  package var phrases: [String] {
    let later = forecast.isEmpty ? [] : [String(forecast.dropFirst(2))]
    return findings.map { $0.phrase(on: dataset, scale: scale) } + later
  }

  /// What the looks to come are likely to bring.
  private var forecast: String {
    guard case .goingOn = verdict else { return "" }
    let told = findings.compactMap { finding in
      finding.prediction.map { ($0.words(margin: claim.margin), finding.comparison) }
    }
    if told.isEmpty { return "" }
    if findings.count == 1 { return "; by these pairs likely to end as: \(told[0].0)" }
    return "; by these pairs likely to end as: "
      + told.map { "\($0.0) (over \($0.1.titles.baseline))" }.joined(separator: "; ")
  }
}

extension Pairing {
  /// The alarms of runs in the pairs that nobody has acknowledged, in words.
  fileprivate func openAlarms(in results: RecordedResults) -> [String] {
    let seeds = Set(pairs.map(\.seed))
    return results.manifests.filter {
      comparison.arms.contains($0.identity.arm) && seeds.contains($0.identity.seed)
        && results.acknowledgement(of: $0.run) == nil
    }
    .flatMap { manifest in (manifest.alarms ?? []).map { "\(manifest.name), epoch \($0.epoch): \($0.text)" } }
  }
}

extension Claim {
  /// The alarms of runs that its gates are judged by and that nobody has acknowledged, in words.
  fileprivate func openAlarms(inGates pilot: RecordedResults) -> [String] {
    let arms = gates.flatMap(\.comparison.arms)
    return pilot.manifests.filter {
      arms.contains($0.identity.arm) && pilot.acknowledgement(of: $0.run) == nil
    }
    .flatMap { manifest in
      (manifest.alarms ?? []).map { "\(manifest.name), on held-out images, epoch \($0.epoch): \($0.text)" }
    }
  }
}

extension RunManifest {
  /// For readers: `MoCo seed 0`.
  package var name: String { "\(identity.arm) seed \(identity.seed)" }
}
