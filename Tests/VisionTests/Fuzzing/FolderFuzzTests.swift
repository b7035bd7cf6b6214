import Foundation
import TestSupport
import Testing

@testable import Vision

/// Folders of small files: what takes a disk gets fewer inputs.
@Suite struct FolderFuzzTests {
  @Test func textsOfTinyImageNetAreHarmless() throws {
    let tests = try TinyImageNetTests()
    let folder = tests.folder.url.appending(path: "tiny-imagenet-200")
    let names = ["wnids.txt", "words.txt", TinyImageNetTests.labels]
    let sound = try names.map { try Data(contentsOf: folder.appending(path: $0)) }
    let files = TinyImageNet(folder: folder, classCount: 2)
    Fuzz.run("tiny-imagenet", share: 0.1) { random in
      let place = random.below(3)
      let words = [
        "n00000001", "n00000003", "\t", "\n", "\r\n", "val_0.JPEG", "..", "/", "é", "\0", " ", ",",
      ]
      let text = (0..<random.below(40)).map { _ in random.one(of: words) }.joined()
      return Data([UInt8(place)]) + (random.once(in: 2) ? random.changed(sound[place]) : Data(text.utf8))
    } _: { data in
      let place = Int(data[data.startIndex])
      let url = folder.appending(path: names[place])
      try data.dropFirst().write(to: url)
      defer { try? sound[place].write(to: url) }
      let listing = try files.listing()
      #expect(listing.training.count == 5 && listing.test.count == 3 && listing.classNames.count == 2)
    }
  }

  @Test func binaryFilesAreHarmless() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "train.bin")
    let images = folder.url.appending(path: "test.bin")
    let record = Data([3, 7]) + Data(CIFARTests.image(1))
    try record.write(to: images)
    Fuzz.run("cifar-binary", share: 0.1) { random in
      random.once(in: 2) ? random.changed(record) : random.bytes(2) + record.dropFirst(2)
    } _: { data in
      try data.write(to: url)
      let (training, _) = try CIFAR.hundred(training: 1, test: 1).read(folder.url, .binary)
      #expect(training.count == 1 && (0..<100).contains(training.labels[0]))
    }
    let stl = STL10(folder: folder.url, trainingCount: 2, testCount: 1, unlabeledCount: 1)
    try Data(count: 2 * STL10.imageSize).write(to: folder.url.appending(path: "train_X.bin"))
    let labels = folder.url.appending(path: "train_y.bin")
    Fuzz.run("stl10-labels", share: 0.1) { random in
      random.once(in: 3)
        ? random.bytes(random.below(4)) : Data([UInt8(random.below(12)), UInt8(random.below(12))])
    } _: { data in
      try data.write(to: labels)
      let set = try stl.labeled(.train)
      #expect(set.count == 2 && set.labels.allSatisfy { (0..<10).contains($0) })
    }
    let folds = folder.url.appending(path: "fold_indices.txt")
    Fuzz.run("stl10-folds", share: 0.1) { random in
      let lines = (0..<random.one(of: [10, 10, 10, 9, 11])).map { _ in
        (0..<random.below(4)).map { _ in "\(random.once(in: 6) ? random.extent() : random.below(2))" }.joined(
          separator: " ")
          + (random.once(in: 9) ? "-" : " 0")
      }
      return Data(lines.joined(separator: "\n").utf8)
    } _: { data in
      try data.write(to: folds)
      #expect(try stl.indices(ofFold: 3).allSatisfy { (0..<2).contains($0) })
    }
  }
}
