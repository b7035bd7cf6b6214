import Claims
import Records
import Statistics

/// Holm's correction of the headlines' p values, each over the closed family it was announced in.
struct FamilyCorrection {
  private struct Member {
    let family: ClaimFamily
    let plain: Double?
    let corrected: Double
  }
  private let members: [String: Member]

  /// Corrects within each of `families`; a member that no report has a p value of counts as 1. Throws `NotFinite`.
  init(_ families: [ClaimFamily], _ reports: [ExperimentReport]) throws(NotFinite) {
    var known: [String: Double] = [:]
    for report in reports where report.scale == .reduced { known[report.name] = try report.pValue() }
    var members: [String: Member] = [:]
    for family in families {
      let plain = family.experiments.map { known[$0] }
      for (name, (p, corrected)) in zip(family.experiments, zip(plain, Holm.adjusted(family: plain))) {
        members[name] = Member(family: family, plain: p, corrected: corrected)
      }
    }
    self.members = members
  }

  /// The sequential and the corrected p value in one sentence; `nil` outside every family.
  func sentence(for report: ExperimentReport) -> String? {
    guard report.scale == .reduced, let member = members[report.name] else { return nil }
    let family = "“\(member.family.name)” (\(Typography.count(member.family.experiments.count, "claim")))"
    guard let plain = member.plain else {
      return "In the family \(family) it counts as p = 1 until it has a verdict."
    }
    return
      "Two-sided p = \(Typography.probability(plain)), sequential over the looks; after Holm's correction over the "
      + "family \(family): \(Typography.probability(member.corrected))."
  }
}
