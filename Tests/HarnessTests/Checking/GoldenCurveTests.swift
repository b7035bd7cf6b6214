import Foundation
import Testing

@testable import Checking
@testable import Claims
@testable import Harness
@testable import Records

@Suite struct GoldenCurveTests {
  private let path = "Tests/Golden/tiny-shapes/soft-pull.csv"

  private func written() throws -> (ReportFolder, GoldenCheck) {
    let folder = try ReportFolder()
    let golden = GoldenCheck(TinyExperiment.self, root: folder.url)
    #expect(try golden.write() == [path, "Tests/Golden/tiny-shapes/hard-pull.csv"])
    return (folder, golden)
  }

  /// Adds to the committed loss of step 4 and lengthens its distance by a part.
  private func move(loss: Double = 0, distance: Double = 0, in folder: ReportFolder) throws {
    let rows = try GoldenRow.read(from: folder.url.appending(path: path)).map { row in
      let isMoved = row.step == 4
      return GoldenRow(
        experiment: row.experiment, version: row.version, arm: row.arm, seed: row.seed, step: row.step,
        loss: isMoved ? row.loss + loss : row.loss,
        distance: isMoved ? row.distance * (1 + distance) : row.distance)
    }
    try folder.write(GoldenRow.table(of: rows), to: path)
  }

  @Test func aReplayIsTheCurveThatWasWritten() throws {
    let (folder, golden) = try written()
    let rows = try GoldenRow.read(from: folder.url.appending(path: path))
    #expect(rows.map(\.step) == Array(1...10))
    #expect(Set(rows.map(\.loss)).count > 5)
    #expect(zip(rows, rows.dropFirst()).allSatisfy { $0.distance > 0 && $0.distance < $1.distance })
    #expect(golden.discrepancies().isEmpty)
    #expect(try golden.write().isEmpty)
  }

  @Test func whatMovedIsToldWithItsStep() throws {
    let (folder, golden) = try written()
    try move(loss: 0.0005, distance: 0.02, in: folder)
    #expect(golden.discrepancies().isEmpty)
    try move(loss: 0.0195, in: folder)
    let found = golden.discrepancies().map(\.description)
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("\(path): at step 4 the loss is ") == true, "\(found)")
    #expect(found.first?.hasSuffix(" (−0.02)") == true, "\(found)")
  }

  @Test func weightsThatStrideOtherwiseAreToldWithTheirStep() throws {
    let (folder, golden) = try written()
    try move(distance: 0.1, in: folder)
    let found = golden.discrepancies().map(\.description)
    #expect(found.count == 1)
    #expect(
      found.first?.contains("at step 4 the weights' distance from their beginning is ") == true, "\(found)")
  }

  @Test func aCurveEndsWhereRoundingMovesIt() throws {
    func curve(_ losses: [Double]) -> GoldenCurve {
      GoldenCurve(
        rows: losses.enumerated().map { step, loss in
          GoldenRow(
            experiment: "tiny-shapes", version: 1, arm: "A", seed: 0, step: step + 1, loss: loss, distance: 1)
        })
    }
    let steady = curve([3, 2, 1, 0.5])
    #expect(curve([3.0002, 2, 0.9998, 0.5]).steadyCount(beside: steady) == 4)
    #expect(curve([3.0002, 2, 0.9997, 0.5]).steadyCount(beside: steady) == 2)
    #expect(curve([.nan, 2, 1, 0.5]).steadyCount(beside: steady) == 0)
    #expect(steady.first(2) == curve([3, 2]))
  }

  @Test func aShorterCurveIsComparedAsFarAsItGoes() throws {
    let (folder, golden) = try written()
    let rows = try GoldenRow.read(from: folder.url.appending(path: path))
    try folder.write(GoldenRow.table(of: Array(rows.prefix(3))), to: path)
    #expect(golden.discrepancies().isEmpty)
    #expect(try golden.write().isEmpty)
    for count in 0...2 {
      try folder.write(GoldenRow.table(of: Array(rows.prefix(count))), to: path)
      let found = golden.discrepancies().map(\.description)
      #expect(found == ["\(path): has \(count) steps, but the code takes 3"])
    }
  }

  @Test func otherVersionsAndMissingCurvesAreNamed() throws {
    let (folder, golden) = try written()
    try folder.write(
      try folder.text(path).replacing("tiny-shapes,1,", with: "tiny-shapes,2,"), to: path)
    #expect(golden.discrepancies().first?.detail.contains("is a curve of tiny-shapes version 2") == true)
    try FileManager.default.removeItem(at: folder.url.appending(path: path))
    #expect(golden.discrepancies().first?.detail.contains("there is no such curve") == true)
    try folder.write("x", to: "Tests/Golden/tiny-shapes/nobody.csv")
    #expect(golden.discrepancies().last?.detail.contains("belongs to no trained arm") == true)
  }

  @Test func curvesAreWrittenFromACleanCommitOnly() throws {
    let folder = try ReportFolder()
    let check = try RecordCheck(Catalogue([TinyExperiment.self]), root: folder.url)
    #expect(throws: RunProblem.self) {
      try check.writeGoldenCurves(at: SourceState(commit: "abc", changedFiles: ["Sources/x.swift"]))
    }
    #expect(throws: RunProblem.self) {
      try check.writeGoldenCurves(at: SourceState(commit: nil, changedFiles: []))
    }
    let clean = SourceState(commit: "abc", changedFiles: ["Tests/Golden/tiny-shapes/x.csv"])
    #expect(try check.writeGoldenCurves(at: clean).count == 2)
  }
}

@Suite struct RerunComparisonTests {
  private let comparison = Comparison("Base + Term", over: "Base", evaluation: "linear-v1")

  private func anew(base: Double, term: Double, over recorded: RecordedResults) throws -> RerunComparison {
    let runs = [
      SampleRun(arm: "Base", linear: base), SampleRun(arm: "Base + Term", linear: term),
    ]
    return try RerunComparison(comparison, anew: runs.flatMap(\.scores), recorded: recorded)
  }

  /// The half width for 70.10, 70.55, 69.80 is 9.9248 · 0.37749 · √(4/3) = 4.326 around 70.15.
  @Test func threeSeedsAllowTheirPredictionInterval() throws {
    let near = try anew(base: 74.4, term: 72.8, over: .sample)
    #expect(near.lines.map(\.subject).last == "Base + Term minus Base")
    #expect(abs(near.lines[0].allowed - 4.326) < 0.001 && near.lines[0].isWithin && near.agrees)
    let far = try anew(base: 74.5, term: 75, over: .sample)
    #expect(!far.lines[0].isWithin && !far.agrees)
    #expect(far.lines[0].description.contains("74.50 anew, 70.15 on record, +4.35 points; ±4.33 allowed"))
  }

  /// 258 · √(2 · 0.701 · 0.299 / 10,000) = 1.670 around the same seed's 70.1.
  @Test func fewerSeedsAllowTheSamplingOfTheTestImages() throws {
    let recorded = RecordedResults(Array(sampleRuns[0..<4]))
    let near = try anew(base: 71.76, term: 70.92, over: recorded)
    #expect(near.lines.count == 2 && near.agrees)
    #expect(abs(near.lines[0].allowed - 1.670) < 0.001)
    #expect(try !anew(base: 71.78, term: 70.92, over: recorded).agrees)
  }

  @Test func equalScoresAreSaidToBeEqual() throws {
    let same = try RerunComparison(
      comparison, anew: sampleRuns[0...1].flatMap(\.scores), recorded: .sample)
    #expect(same.identicalArms == ["Base", "Base + Term"])
    #expect(try anew(base: 70.1, term: 70.93, over: .sample).identicalArms.isEmpty)
  }

  @Test func aMissingNumberIsAProblem() throws {
    #expect(throws: RunProblem.self) {
      _ = try RerunComparison(comparison, anew: sampleRuns[0].scores, recorded: .sample)
    }
  }
}
