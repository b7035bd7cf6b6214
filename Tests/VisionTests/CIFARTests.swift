import Foundation
import Testing

@testable import Vision

/// CIFAR's binary form, on small files made in it.
@Suite struct CIFARTests {
  /// Bytes of one image that no other image and no other place has.
  static func image(_ seed: Int) -> [UInt8] {
    (0..<CIFAR.imageSize).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 256 &+ seed &* 17) }
  }

  /// Writes CIFAR-10's six files with two images each; labels count upwards from file to file.
  static func writeTen(_ folder: URL, firstLabel: UInt8 = 0) throws {
    for (number, name) in (CIFAR.ten().trainingFiles + CIFAR.ten().testFiles).map(\.name).enumerated() {
      var bytes: [UInt8] = []
      for image in 0..<2 {
        bytes.append(firstLabel + UInt8((2 * number + image) % 10))
        bytes += CIFARTests.image(2 * number + image)
      }
      try Data(bytes).write(to: folder.appendingPathComponent(name + ".bin"))
    }
  }

  @Test func binaryFilesAreReadInOrder() throws {
    let folder = try TemporaryFolder()
    try CIFARTests.writeTen(folder.url)
    let (training, test) = try CIFAR.ten(imagesPerFile: 2).read(folder.url, .binary)
    #expect(training.count == 10 && test.count == 2)
    #expect(training.height == 32 && training.width == 32 && training.classNames.count == 10)
    #expect(training.labels == Array(0..<10) && test.labels == [0, 1])
    #expect(training.bytes == (0..<10).flatMap(CIFARTests.image))
    #expect(test.bytes == (10..<12).flatMap(CIFARTests.image))
  }

  @Test func theHundredClassesAreTheFineOnes() throws {
    let folder = try TemporaryFolder()
    for (name, first) in [("train", 0), ("test", 3)] {
      let records = (0..<3).map { [UInt8($0), UInt8(90 + $0 + first)] + CIFARTests.image($0 + first) }
      try Data(records.joined()).write(to: folder.url.appendingPathComponent(name + ".bin"))
    }
    let (training, test) = try CIFAR.hundred(training: 3, test: 3).read(folder.url, .binary)
    #expect(training.labels == [90, 91, 92] && test.labels == [93, 94, 95])
    #expect(training.bytes == (0..<3).flatMap(CIFARTests.image))
    #expect(training.classNames.count == 100 && training.classNames == training.classNames.sorted())
    #expect(Set(training.classNames).count == 100)
  }

  @Test(arguments: [-1, 1, -3_073, -6_146]) func aFileOfTheWrongSizeIsNamed(change: Int) throws {
    let folder = try TemporaryFolder()
    try CIFARTests.writeTen(folder.url)
    let url = folder.url.appendingPathComponent("data_batch_3.bin")
    let file = try FileHandle(forWritingTo: url)
    try file.truncate(atOffset: UInt64(2 * 3_073 + change))
    try file.close()
    let expected = DataError.wrongSize(path: url.path, found: 2 * 3_073 + change, expected: 2 * 3_073)
    #expect(throws: expected) { try CIFAR.ten(imagesPerFile: 2).read(folder.url, .binary) }
    #expect(expected.description.contains(change < 0 ? "truncated" : "oversized"))
  }

  @Test func aLabelOutOfRangeIsNamed() throws {
    let folder = try TemporaryFolder()
    try CIFARTests.writeTen(folder.url, firstLabel: 1)
    let url = folder.url.appendingPathComponent("data_batch_5.bin")
    #expect(throws: DataError.labelOutOfRange(path: url.path, image: 1, found: 10, valid: 0...9)) {
      try CIFAR.ten(imagesPerFile: 2).read(folder.url, .binary)
    }
  }

  @Test func aSuperclassOutOfRangeIsNamed() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("train.bin")
    try Data([20, 5] + CIFARTests.image(0)).write(to: url)
    #expect(throws: DataError.labelOutOfRange(path: url.path, image: 0, found: 20, valid: 0...19)) {
      try CIFAR.hundred(training: 1, test: 1).read(folder.url, .binary)
    }
  }
}
