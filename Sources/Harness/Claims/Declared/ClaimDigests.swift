/// A digest of each claim of `experiment` as it stands now: of everything that was fixed before its first run.
public func claimDigests(of experiment: any Experiment) -> [ClaimDigest] {
  experiment.claims.map { ClaimDigest(claim: $0.sentence, digest: $0.digest) }
}
