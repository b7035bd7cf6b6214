import Records
import Statistics

extension Summary {
  /// What the pairs of `seeds` say with other test images as well, from the answers per image that were kept.
  ///
  /// `nil` where a run has none of its decisive score, or one that is no share of images. Throws a `CSVError` or a
  /// `NotFinite`.
  func seedsAndImages(_ comparison: Comparison, seeds: [UInt64]) throws -> SeedsAndImages? {
    let (better, base) = comparison.sides
    let terms = better.map { ($0, 100 * $0.weight) } + base.map { ($0, -100 * $0.weight) }
    var differences: [[Double]] = []
    for seed in seeds {
      var difference: [Double] = []
      for (term, points) in terms {
        guard let own = try rights(term.arm, term.measure, seed) else { return nil }
        if difference.isEmpty { difference = [Double](repeating: 0, count: own.count) }
        if own.count != difference.count { return nil }
        for (image, right) in own.enumerated() { difference[image] += points * right }
      }
      differences.append(difference)
    }
    return try SeedsAndImages(differences)
  }

  /// 1 for each test image that a run answered rightly, 0 for each other.
  private func rights(_ arm: String, _ measure: Measure, _ seed: UInt64) throws -> [Double]? {
    guard let run = rows(of: arm, measure).first(where: { $0.key.seed == seed })?.key.run,
      let row = try results.answers(of: run, measure), row.kind == .right
    else { return nil }
    return row.counts.map(Double.init)
  }

  /// Whether both arms have the same score in everything measured of both, and the same answers where they were kept, seed
  /// by seed; never of one arm in two metrics, or of three arms. Throws a `CSVError`.
  func areIdentical(_ comparison: Comparison, seeds: Set<UInt64>) throws -> Bool {
    if comparison.arms.count != 2 { return false }
    struct Place: Hashable {
      let seed: UInt64
      let measure: Measure
    }
    func byPlace(_ arm: String) -> [Place: ScoreRow] {
      Dictionary(
        results.scores.filter { $0.key.arm == arm && seeds.contains($0.key.seed) }
          .map { (Place(seed: $0.key.seed, measure: $0.measure), $0) },
        uniquingKeysWith: { first, _ in first })
    }
    let (ours, theirs) = (byPlace(comparison.treatment), byPlace(comparison.baseline))
    if ours.isEmpty || ours.mapValues(\.value) != theirs.mapValues(\.value) { return false }
    return try ours.allSatisfy { place, row in
      guard let own = try results.answers(of: row.key.run, place.measure),
        let other = try results.answers(of: theirs[place]!.key.run, place.measure)
      else { return true }
      return own.counts == other.counts
    }
  }
}
