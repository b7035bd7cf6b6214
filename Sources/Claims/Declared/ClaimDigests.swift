import Records

/// A digest of each of `claims` as it stands now: of everything that was fixed before its first run.
public func claimDigests(of claims: [Claim]) -> [ClaimDigest] {
  claims.map { ClaimDigest(claim: $0.sentence, digest: $0.digest) }
}
