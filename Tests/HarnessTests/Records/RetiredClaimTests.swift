import Foundation
import Testing

@testable import Harness
@testable import Records
@testable import Reporting
@testable import repro

@Suite struct RetiredClaimTests {
  private static let paperTables = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(component: "paper-tables")

  /// Each is of an experiment that is still known, by an earlier version than today's, and says all that it has to.
  @Test func theCommittedOnesHaveSuccessors() throws {
    let retired = try RetiredClaim.all(in: Self.paperTables)
    #expect(!retired.isEmpty)
    for claim in retired {
      let type = try allExperiments.experiment(named: claim.experiment)
      #expect(claim.version < type.version, "\(claim.experiment)")
      #expect(claim.fields.allSatisfy { !$0.isEmpty } && claim.commit.count >= 7, "\(claim)")
    }
  }

  /// Whatever has a version above 1 has left a predecessor, unless it never recorded anything.
  @Test func noRowIsLeftOfAVersionThatIsListedNowhere() throws {
    let retired = try RetiredClaim.all(in: Self.paperTables)
    let results = Self.paperTables.deletingLastPathComponent().appending(component: "Results")
    for type in allExperiments.experiments {
      let folder = ResultsFolder(results, experiment: type.name, scale: .reduced)
      let old = Set(try RecordedResults(readingFrom: folder).manifests.map(\.identity.version))
        .filter { $0 < type.version }
      for version in old {
        #expect(retired.contains { $0.experiment == type.name && $0.version == version }, "\(type.name)")
      }
    }
  }

  @Test func aSentenceSaysWhatWasFoundAndWhereItsRowsAre() throws {
    let folder = try ReportFolder()
    try folder.write(
      """
      experiment,version,claim,data,found,verdict,commit,reason
      x,1,A beats B.,cifar10:jpeg75,"+1.00 points, one pair",no look reached,abcdef0,B was broken

      """, to: "retired.csv")
    #expect(
      try Report.retiredClaims(of: "x", paperTables: folder.url) == [
        "Version 1 claimed on CIFAR-10 (jpeg75): “A beats B.” +1.00 points, one pair: no look reached. "
          + "Retired because B was broken; its rows are those of commit abcdef0."
      ])
    #expect(try Report.retiredClaims(of: "y", paperTables: folder.url).isEmpty)
    #expect(try RetiredClaim.all(in: folder.url.appending(component: "nowhere")).isEmpty)
  }
}
