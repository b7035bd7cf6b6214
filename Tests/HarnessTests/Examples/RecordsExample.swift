import Foundation
import Records
import Testing

/// The example of the page about `Records`.
struct RecordsExample {
  @Test func runs() throws {
    let folder = ResultsFolder(URL(filePath: "Results"), experiment: "co2-cifar10", scale: .reduced)
    let record = try RecordedResults(readingFrom: folder)
    for row in record.scores where row.key.seed == 0 {
      print(row.key.arm, row.evaluation, row.metric, row.value)
    }
    #expect(!record.isEmpty)
  }
}
