import Recipes
import Records
import Statistics

/// What one comparison of a claim shows, with what it rests on.
public struct Finding: Sendable {
  /// What is compared.
  public let comparison: Comparison
  /// The two arms seed by seed, all pairs there are.
  public let pairing: Pairing
  /// The differences over all pairs; `nil` without any.
  public let difference: PairedDifference?
  /// The differences that looks may use: those of the claim's first seed and on, up to the first that is missing.
  package let differences: [Double]
  /// The rule.
  package let rule: LookRule
  /// The newest look that the pairs reach.
  package let look: LookRule.Look?
  /// The end, where a look brought one.
  let ended: Ended?
  /// What the looks to come are likely to bring, before an end.
  let prediction: Prediction?
  /// The images that the decisive measure is about.
  let images: Int
  /// The newest look's 95 % interval with other images as well; `nil` where answers per image were not kept.
  let overImages: ClosedRange<Double>?

  /// Compares by the rows of `summary`, with no more pairs than `limit`; throws `Incomparable`, `NotFinite` or a `CSVError`.
  package init(_ comparison: Comparison, of claim: Claim, _ summary: Summary, limit: Int = .max) throws {
    self.comparison = comparison
    let measure = comparison.measure
    pairing = try summary.pairing(comparison)
    difference = try pairing.difference()
    images = summary.rows(of: comparison.treatment, measure).map(\.count).min() ?? 1
    let rule = LookRule(
      claim.looks, margin: claim.margin,
      leastDeviation: measure.metric == "miou" ? 0.01 : LookRule.leastDeviation(images: images))
    self.rule = rule
    let bySeed = Dictionary(
      pairing.pairs.map { ($0.seed, $0.difference) }, uniquingKeysWith: { first, _ in first })
    differences = Array(Looks.unbroken(bySeed, from: claim.firstSeed).prefix(limit))
    look = try rule.looks(at: differences).last
    overImages = try look.flatMap { look in
      try summary.seedsAndImages(comparison, seeds: claim.seeds(look.pairs))?
        .interval(constant: rule.direction.constant(at: look.pairs))
    }
    let found = try rule.ending(of: differences)
    let seeds = Set(claim.seeds(found?.pairs ?? look?.pairs ?? 0))
    let areIdentical =
      try look != nil && summary.areIdentical(comparison, seeds: seeds)
    ended = areIdentical ? look.map { Ended(.identicalArms, pairs: $0.pairs) } : found
    prediction = ended == nil ? try Prediction(differences, by: rule) : nil
  }

  /// The sequential p value. Throws `NotFinite`.
  func pValue() throws(NotFinite) -> Double { try rule.pValue(of: differences) }

  /// The difference in one phrase, with its interval, pairs and spread.
  func phrase(on dataset: String, scale: Scale) -> String {
    let arms = "\(comparison.titles.treatment) minus \(comparison.titles.baseline)"
    guard let difference else { return "\(arms): no seed is recorded for both at \(scale.rawValue) scale" }
    let spread = difference.spread
    var basis = [spread.count == 1 ? "one pair of runs" : "n = \(spread.count) paired seeds"]
    if let look {
      basis.insert(
        "95 % interval \(Typography.interval(look.direction)) at \(look.pairs) pairs on these \(images) images"
          + (overImages.map { ", \(Typography.interval($0)) with other images as well" } ?? ""),
        at: 0)
    }
    if let deviation = spread.deviation {
      basis.append("standard deviation of the differences \(Typography.number(deviation))")
    }
    if differences.count > look?.pairs ?? 0,
      let anytime = difference.anytimeInterval(leastDeviation: rule.leastDeviation)
    {
      basis.append(
        "anytime-valid 95 % interval over all \(spread.count) pairs \(Typography.interval(anytime))")
    }
    let measure = comparison.baselineMetric == nil ? comparison.measure.name : comparison.evaluation
    return "\(arms), \(measure) on \(dataset) at \(scale.rawValue) scale: "
      + "\(Typography.difference(spread.mean)) points (\(basis.joined(separator: ", ")))"
  }
}
