import Foundation
import Testing

@testable import Commands
@testable import Harness
@testable import Records

@Suite struct OtherVersionsTests {
  /// What an update of the program means for runs on disk is said where they are listed.
  @Test func runsOfEarlierVersionsAreCounted() throws {
    let folder = try TemporaryFolder()
    let catalogue = Catalogue([ReportedExperiment.self])
    func lines() -> [String] { OtherVersions(among: StoredRun.all(under: folder.url), catalogue).lines }
    try SampleRun(seed: 0).write(under: folder.url)
    #expect(lines().isEmpty)
    for seed in [1, 2] as [UInt64] { try SampleRun(seed: seed, version: 1).write(under: folder.url) }
    #expect(lines().count == 1)
    #expect(
      lines().first?.hasPrefix(
        "2 runs of sample-cifar10 are of version 1, which is at version \(ReportedExperiment.version) by now")
        == true,
      "\(lines())")
    #expect(OtherVersions(among: StoredRun.all(under: folder.url), Catalogue([])).lines.isEmpty)
  }
}
