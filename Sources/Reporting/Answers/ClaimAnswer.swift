import Claims
import Records
import Statistics

/// A claim and what rows say of it, for programs: what was fixed beforehand, pairs, intervals, conditions, verdict.
public struct ClaimAnswer: Encodable, Sendable {
  /// Both arms of one seed.
  public struct Pair: Encodable, Sendable {
    /// The seed.
    public let seed: UInt64
    /// What each arm reached, and treatment minus baseline.
    public let treatment, baseline, difference: Double
  }

  /// The newest look.
  public struct Look: Encodable, Sendable {
    /// Its pairs, the mean of their differences, and their standard deviation, not below what one test image makes.
    public let pairs: Int, mean, deviation: Double
    /// Lower and upper end of the intervals that hold at all looks together.
    public let interval95, interval90: [Double]
  }

  /// One comparison.
  public struct Compared: Encodable, Sendable {
    /// The arms, and what decides.
    public let treatment, baseline, evaluation, metric: String
    /// All pairs there are.
    public let pairs: [Pair]
    /// Mean and standard deviation of all their differences, as far as there are any.
    public let mean, deviation: Double?
    /// The newest look; `nil` before the first.
    public let look: Look?
  }

  /// A condition on which runs are a test of the claim.
  public struct Condition: Encodable, Sendable {
    /// The condition, `passed`, `failed` or `open`, and by which numbers.
    public let condition, state, numbers: String
  }

  /// The verdict.
  public struct Answer: Encodable, Sendable {
    /// One word: an ending, or why there is none.
    public let state: String
    /// The verdict as tables print it.
    public let words: String
    /// The pairs of the next look; `nil` where none is due any more.
    public let nextLook: Int?
  }

  /// The claim, and the digest of all of it.
  public let claim: Claim, digest: String
  /// Its comparisons.
  public let comparisons: [Compared]
  /// What rows have to show, and what pilots had to, at the newest look.
  public let checks, gates: [Condition]
  /// The verdict.
  public let verdict: Answer

  /// Answers for `claim`; `judgement` is `nil` where nothing was measured.
  public init(_ claim: Claim, _ judgement: Judgement?) {
    self.claim = claim
    digest = claim.digest
    comparisons = (judgement?.findings ?? []).map(Compared.init)
    checks = (judgement?.checks ?? []).map(Condition.init)
    gates = (judgement?.gates ?? []).map(Condition.init)
    let found = judgement?.verdict ?? .unrecorded
    verdict = Answer(
      state: found.code, words: found.description,
      nextLook: judgement.map(\.nextLook) ?? claim.looks.counts[0])
  }
}

extension ClaimAnswer {
  /// The answers for `claims`, of which `judgements` are in the same order, or none where nothing was measured.
  public static func answers(_ claims: [Claim], _ judgements: [Judgement]) -> [ClaimAnswer] {
    claims.enumerated().map { place, claim in
      ClaimAnswer(claim, judgements.indices.contains(place) ? judgements[place] : nil)
    }
  }
}

/// An experiment with its claims and how they stand, for programs: the members of its description, and `claims` beside them.
public struct ExperimentAnswer: Encodable, Sendable {
  /// Every constant.
  public let description: ExperimentDescription
  /// The claims.
  public let claims: [ClaimAnswer]

  /// Creates the answer.
  public init(_ description: ExperimentDescription, claims: [ClaimAnswer]) {
    (self.description, self.claims) = (description, claims)
  }

  private enum Keys: CodingKey { case claims }

  /// Writes the description's members and the claims as one object.
  public func encode(to encoder: any Encoder) throws {
    try description.encode(to: encoder)
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(claims, forKey: .claims)
  }
}

extension ClaimAnswer.Compared {
  init(_ finding: Finding) {
    let comparison = finding.comparison
    self.init(
      treatment: comparison.treatment, baseline: comparison.baseline, evaluation: comparison.evaluation,
      metric: comparison.metric,
      pairs: finding.pairing.pairs.map {
        ClaimAnswer.Pair(
          seed: $0.seed, treatment: $0.treatment, baseline: $0.baseline, difference: $0.difference)
      },
      mean: finding.difference?.spread.mean, deviation: finding.difference?.spread.deviation,
      look: finding.look.map(ClaimAnswer.Look.init))
  }
}

extension ClaimAnswer.Look {
  init(_ look: LookRule.Look) {
    func ends(_ interval: ClosedRange<Double>) -> [Double] { [interval.lowerBound, interval.upperBound] }
    self.init(
      pairs: look.pairs, mean: look.mean, deviation: look.deviation, interval95: ends(look.direction),
      interval90: ends(look.size))
  }
}

extension ClaimAnswer.Condition {
  init(_ outcome: CheckOutcome) {
    let state =
      switch outcome.state {
      case .passed: "passed"
      case .failed: "failed"
      case .open: "open"
      }
    self.init(condition: outcome.condition, state: state, numbers: outcome.numbers)
  }
}
