/// A digest of each claim of `experiment` as it stands now: of the arms and the measure it compares, and the rule that
/// judges it.
public func claimDigests(of experiment: any Experiment) -> [ClaimDigest] {
  let type = type(of: experiment)
  let headline = experiment.headline
  let judged = JSONValue.object([
    "claim": .string(type.claim), "treatment": .string(headline.treatment),
    "baseline": .string(headline.baseline), "evaluation": .string(headline.evaluation),
    "metric": .string(headline.metric), "margin": .number(Verdict.margin),
    "fewestPairs": .integer(Verdict.fewestPairs),
  ])
  return [ClaimDigest(claim: type.claim, digest: String(judged.digest.prefix(12)))]
}
