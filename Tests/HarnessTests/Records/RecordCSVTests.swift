import Foundation
import Testing

@testable import Harness
@testable import Records

@Suite struct RecordCSVTests {
  private static let key = RunKey(
    run: "0123456789ab", experiment: "tiny-shapes", version: 2, scale: .reduced, data: "cifar10:jpeg75",
    arm: "MoCo + \"CO2\", α = 0.3", seed: 7)

  @Test(arguments: [0.1 + 0.2, 1e-300, -0.0, 87.25, .leastNonzeroMagnitude, 1 / 3])
  func scoresReadBackExactly(value: Double) throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(component: "scores.csv")
    let rows = [
      ScoreRow(key: Self.key, evaluation: "linear-v1", metric: "top1", value: value, count: 10_000),
      ScoreRow(key: Self.key, evaluation: " padded ", metric: "line\nbreak", value: -value, count: 0),
    ]
    try (CSVFile.line(ScoreRow.columns) + rows.map(\.line).joined()).write(
      to: url, atomically: true, encoding: .utf8)
    let read = try ScoreRow.read(from: url)
    #expect(read == rows)
    #expect(read[0].value.sign == value.sign)
  }

  @Test func curvesReadBackExactly() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(component: "curves.csv")
    let rows = (0..<50).map {
      CurveRow(key: Self.key, epoch: $0, step: 195 * $0, metric: "loss/instance", value: 1 / Double($0 + 1))
    }
    try writeAtomically(Data((CSVFile.line(CurveRow.columns) + rows.map(\.line).joined()).utf8), to: url)
    #expect(try CurveRow.read(from: url) == rows)
  }

  @Test func theFirstLineNamesTheColumns() {
    #expect(
      CSVFile.line(ScoreRow.columns)
        == "run,experiment,version,scale,data,arm,seed,evaluation,metric,value,count\n")
    #expect(
      CSVFile.line(CurveRow.columns) == "run,experiment,version,scale,data,arm,seed,epoch,step,metric,value\n"
    )
  }

  @Test func onlyFieldsThatNeedQuotesHaveThem() {
    #expect(
      CSVFile.line(["a", "b c", "d,e", "f\"g", "h\ni", "", " j"])
        == "a,b c,\"d,e\",\"f\"\"g\",\"h\ni\",,\" j\"\n")
  }

  private static let header = "run,experiment,version,scale,data,arm,seed,evaluation,metric,value,count\n"

  @Test(arguments: [
    ("run,value\n", "line 1: found the columns run,value, expected run,experiment"),
    ("", "line 1: found the columns"),
    (
      header + "a,tiny,1,smoke,d,arm,0,linear-v1,top1,12,3\na,tiny,1\n", "line 3: found 3 fields, expected 11"
    ),
    (
      header + "a,tiny,one,smoke,d,arm,0,linear-v1,top1,12,3\n",
      "line 2: found “one” in column version, expected a whole"
    ),
    (
      header + "a,tiny,1,tiny,d,arm,0,linear-v1,top1,12,3\n",
      "“tiny” in column scale, expected one of smoke, demo, reduced, paper"
    ),
    (header + "a,tiny,1,smoke,d,arm,-1,linear-v1,top1,12,3\n", "“-1” in column seed"),
    (header + "a,tiny,1,smoke,d,arm,0,linear-v1,top1,12 %,3\n", "“12 %” in column value, expected a number"),
    (header + "a,tiny,1,smoke,d,\"arm,0,linear-v1,top1,12,3\n", "quotation mark"),
    (header + "a,tiny,1,smoke,d,\"ar\"m,0,linear-v1,top1,12,3\n", "line 2: a quotation mark"),
    (header + "\n", "line 2: found 1 fields, expected 11"),
  ])
  func whatDoesNotFitIsNamedWithItsLine(text: String, expected: String) throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(component: "scores.csv")
    try text.write(to: url, atomically: true, encoding: .utf8)
    let found = errorText { _ = try ScoreRow.read(from: url) }
    #expect(found.contains(expected), "\(found)")
    #expect(found.hasPrefix(url.path))
  }

  @Test func linesAreCountedThroughQuotedOnes() throws {
    let text = Self.header + "a,tiny,1,smoke,d,\"two\nlines\",0,linear-v1,top1,12,3\nshort\n"
    let found = errorText { _ = try CSVFile.lines(in: text, columns: ScoreRow.columns, file: "x.csv") }
    #expect(found == "x.csv, line 4: found 1 fields, expected 11")
  }

  /// What spreadsheets write instead of the CSV that is read.
  @Test func otherKindsOfTablesAreNamed() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(component: "scores.csv")
    func problem(_ data: Data) throws -> String {
      try data.write(to: url)
      return errorText { _ = try ScoreRow.read(from: url) }
    }
    for encoding in [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian, .isoLatin1] {
      let text = Self.header + "ä"
      #expect(try problem(#require(text.data(using: encoding))).contains("it is no UTF-8 text: save it as"))
    }
    for (separator, name) in [(";", "“;”"), ("\t", "“tab”")] {
      let text = Self.header.replacing(",", with: separator)
      #expect(try problem(Data(text.utf8)).contains("the columns separated by \(name), expected commas"))
    }
    try (Data([0xEF, 0xBB, 0xBF]) + Data(Self.header.utf8)).write(to: url)
    #expect(try ScoreRow.read(from: url).isEmpty)
  }

  @Test func aMissingFileIsNamed() {
    let found = errorText { _ = try ScoreRow.read(from: URL(fileURLWithPath: "/nowhere/scores.csv")) }
    #expect(found == "/nowhere/scores.csv: cannot be read (there is no such file)")
  }

  @Test func windowsLineEndsAreRead() throws {
    let text = "a,b\r\n1,2\r\n"
    #expect(try CSVFile.lines(in: text, columns: ["a", "b"], file: "x").map(\.fields) == [["1", "2"]])
  }

  @Test func aFullDiskIsToldWithAdvice() {
    let found = errorText { try OutputFile(URL(fileURLWithPath: "/dev/full")).write("row\n") }
    #expect(found.hasPrefix("cannot write /dev/full: No space left on device. Free some space"))
  }

  @Test func replacingAFileLeavesNothingBeside() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(component: "run.json")
    try writeAtomically(Data("old".utf8), to: url)
    try writeAtomically(Data("new".utf8), to: url)
    #expect(try String(contentsOf: url, encoding: .utf8) == "new")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["run.json"])
  }

  @Test func aChangedNumberChangesTheDigest() {
    let score = ScoreRow(key: Self.key, evaluation: "linear-v1", metric: "top1", value: 50, count: 10)
    var better = score
    better.value = 51
    #expect(RowsDigest.of(scores: [score], curves: []) != RowsDigest.of(scores: [better], curves: []))
  }
}
