import Claims
import Records

/// One claim on its experiment's page: what was fixed, how it stands, and its pairs.
struct ClaimSection {
  struct Look { let pairs: Int, isReached: Bool }
  struct Condition { let condition: String, numbers: String, state: String, sign: String }
  struct Figure {
    let heading: String, baseline: String, treatment: String, limits: String, firstLook: Int, isEmpty: Bool
    let levels: String, differences: String
  }

  let anchor: String, kind: String, sentence: String, verdict: String, phrases: [String]
  let looks: [Look], pairs: Int, seedNote: String, publishedWords: String, margin: String, reason: String
  let digest: String, checks: [Condition], hasChecks: Bool, figures: [Figure]

  init(_ entry: SiteRecord.Entry, _ place: Int) {
    let claim = entry.report.experiment.claims[place]
    let judgement = entry.judgement(place)
    let all = entry.report.judgements
    // Rows of an earlier version are shown, and not judged.
    let shown = judgement ?? (all.indices.contains(place) ? all[place] : nil)
    let found = judgement?.verdict ?? .unrecorded
    anchor = "claim-\(place + 1)"
    kind = place == 0 ? "headline" : "further claim"
    sentence = claim.sentence
    verdict = VerdictMark(found).markup("\(found)")
    phrases = judgement?.phrases ?? []
    let pairs = judgement?.findings.map(\.differences.count).min() ?? 0
    looks = claim.looks.counts.map { Look(pairs: $0, isReached: $0 <= pairs) }
    self.pairs = pairs
    seedNote = claim.firstSeed == 0 ? "" : ", from seed \(claim.firstSeed) on"
    publishedWords =
      claim.published.map { "\(Typography.difference($0.value)) (\($0.source))" }
      ?? "no difference that was seen in a source"
    margin = Typography.points(claim.margin)
    reason = claim.marginReason
    digest = claim.digest
    let outcomes = (judgement?.checks ?? []) + (judgement?.gates ?? [])
    let open = claim.checks.map(\.description) + claim.gates.map(\.description)
    let missing = open.filter { condition in !outcomes.contains { $0.condition == condition } }
    checks =
      outcomes.map(Condition.init)
      + missing.map {
        Condition(condition: $0, numbers: "not judged before the first look", state: "open", sign: "○")
      }
    hasChecks = !checks.isEmpty
    let findings = shown?.findings ?? []
    figures = claim.comparisons.enumerated().map { place, comparison in
      Figure(
        comparison, of: claim,
        findings.indices.contains(place) && !findings[place].pairing.pairs.isEmpty ? findings[place] : nil)
    }
  }
}

extension ClaimSection.Condition {
  init(_ outcome: CheckOutcome) {
    let (state, sign) =
      switch outcome.state {
      case .passed: ("passed", "✓")
      case .failed: ("failed", "✗")
      case .open: ("open", "○")
      }
    self.init(condition: outcome.condition, numbers: outcome.numbers, state: state, sign: sign)
  }
}

extension ClaimSection.Figure {
  init(_ comparison: Comparison, of claim: Claim, _ finding: Finding?) {
    let charts = finding.map(PairedCharts.init)
    self.init(
      heading: comparison.baselineMetric == nil ? comparison.measure.name : comparison.evaluation,
      baseline: comparison.titles.baseline, treatment: comparison.titles.treatment,
      limits: Typography.points(claim.margin), firstLook: claim.looks.counts[0], isEmpty: finding == nil,
      levels: charts?.levels.svg ?? "", differences: charts?.differences.svg ?? "")
  }
}
