import Foundation
import Testing

@testable import Vision

/// STL-10's binary form, on small files made in it.
@Suite struct STL10Tests {
  let folder: TemporaryFolder
  let files: STL10

  init() throws {
    folder = try TemporaryFolder()
    files = STL10(folder: folder.url, trainingCount: 3, testCount: 2, unlabeledCount: 4)
    for (name, first, count) in [("train", 0, 3), ("test", 3, 2), ("unlabeled", 5, 4)] {
      let images = (first..<first + count).map { STL10Tests.columns($0) }
      try Data(images.joined()).write(to: folder.url.appendingPathComponent("\(name)_X.bin"))
    }
    try Data([1, 10, 2]).write(to: folder.url.appendingPathComponent("train_y.bin"))
    try Data([4, 5]).write(to: folder.url.appendingPathComponent("test_y.bin"))
    let folds = (0..<10).map { $0 == 4 ? "2 0 " : "1" }.joined(separator: "\n") + "\n"
    try Data(folds.utf8).write(to: folder.url.appendingPathComponent("fold_indices.txt"))
  }

  /// The value at a place of an image.
  static func value(_ image: Int, _ channel: Int, _ row: Int, _ column: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: image &* 41 &+ channel &* 83 &+ row &* 3 &+ column &* 7)
  }

  /// An image as the files hold it, column by column.
  static func columns(_ image: Int) -> [UInt8] {
    (0..<3).flatMap { c in (0..<96).flatMap { x in (0..<96).map { y in value(image, c, y, x) } } }
  }

  /// The same image row by row.
  static func rows(_ image: Int) -> [UInt8] {
    (0..<3).flatMap { c in (0..<96).flatMap { y in (0..<96).map { x in value(image, c, y, x) } } }
  }

  @Test func imagesAreTransposedAndLabelsCountFromZero() throws {
    let training = try files.labeled(.train)
    #expect(training.bytes == (0..<3).flatMap(STL10Tests.rows) && training.labels == [0, 9, 1])
    let test = try files.labeled(.test)
    #expect(test.bytes == (3..<5).flatMap(STL10Tests.rows) && test.labels == [3, 4])
    #expect(test.height == 96 && test.width == 96 && test.classNames.count == 10)
  }

  @Test func pretrainingIsTrainingAndUnlabeledWithoutLabels() throws {
    let order = [0, 1, 2, 5, 6, 7, 8]
    for limit in [1, 3, 5, 7, 100, nil] as [Int?] {
      let images = try files.pretraining(limit: limit)
      #expect(images.labels.isEmpty)
      #expect(images.bytes == order.prefix(limit ?? 7).flatMap(STL10Tests.rows), "limit \(limit ?? -1)")
    }
    #expect(try files.pretraining(heldOut: 1).bytes == [0, 1, 5, 6, 7, 8].flatMap(STL10Tests.rows))
  }

  @Test func foldsAreThePublishedOnes() throws {
    let fold = try files.labeled(.fold(4))
    #expect(fold.labels == [1, 0] && fold.bytes == [2, 0].flatMap(STL10Tests.rows))
    #expect(try files.labeled(.fold(0)).labels == [9])
    let url = folder.url.appendingPathComponent("fold_indices.txt")
    try Data("0 1\n".utf8).write(to: url)
    #expect(throws: DataError.malformed(path: url.path, detail: "1 lines, expected one for each of 10 folds"))
    {
      try files.labeled(.fold(0))
    }
    try Data(String(repeating: "0 3\n", count: 10).utf8).write(to: url)
    #expect(throws: DataError.self) { try files.labeled(.fold(0)) }
  }

  @Test func damageIsNamed() throws {
    let labels = folder.url.appendingPathComponent("train_y.bin")
    try Data([1, 0, 2]).write(to: labels)
    #expect(throws: DataError.labelOutOfRange(path: labels.path, image: 1, found: 0, valid: 1...10)) {
      try files.labeled(.train)
    }
    try Data([1, 2]).write(to: labels)
    #expect(throws: DataError.wrongSize(path: labels.path, found: 2, expected: 3)) {
      try files.labeled(.train)
    }
    let images = folder.url.appendingPathComponent("unlabeled_X.bin")
    try Data(count: 5).write(to: images)
    #expect(throws: DataError.wrongSize(path: images.path, found: 5, expected: 4 * 27_648)) {
      try files.pretraining()
    }
    try FileManager.default.removeItem(at: images)
    #expect(throws: DataError.self) { try files.pretraining() }
  }

  @Test func theCollectionKeepsProbesFromUnlabeledImages() throws {
    let identity = DataIdentity(name: "stl10", kind: "official", digest: "")
    let whole = try DatasetReference.stl10.collection(files, identity)
    #expect(whole.pretraining.count == 7 && whole.pretraining.labels.isEmpty)
    #expect(whole.training.labels == [0, 9, 1] && whole.test.labels == [3, 4])
    let first = try DatasetReference.stl10.first(2).collection(files, identity)
    #expect(first.pretraining.count == 2 && first.training.labels == [0, 9] && first.test.count == 2)
  }
}
