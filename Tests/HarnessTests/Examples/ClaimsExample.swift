import Claims
import Foundation
import Records
import Testing

/// The example of the page about `Claims`.
struct ClaimsExample {
  @Test func runs() throws {
    let folder = ResultsFolder(URL(filePath: "Results"), experiment: "co2-cifar10", scale: .reduced)
    let summary = try Summary(RecordedResults(readingFrom: folder))
    let comparison = Comparison("MoCo + CO2", over: "MoCo", evaluation: "linear-v1")
    for pair in try summary.pairing(comparison).pairs {
      print(pair.seed, pair.difference)
    }
    #expect(try !summary.pairing(comparison).pairs.isEmpty)
  }
}
