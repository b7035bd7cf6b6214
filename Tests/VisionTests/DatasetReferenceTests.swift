import Foundation
import Testing

@testable import Vision

/// Loading by name: what is shortened, what is held out, and what a user is told when files are absent.
@Suite struct DatasetReferenceTests {
  /// An empty file of `size` bytes that takes no room on the disk.
  func makeFile(_ url: URL, size: Int) throws {
    try Data().write(to: url)
    let file = try FileHandle(forWritingTo: url)
    try file.truncate(atOffset: UInt64(size))
    try file.close()
  }

  @Test func limitShortensEverythingButTheTest() throws {
    let whole = try DatasetReference.shapes.load()
    let first = try DatasetReference.shapes.first(50).load()
    #expect(whole.pretraining.count == 5_000 && whole.training.count == 5_000 && whole.test.count == 1_000)
    #expect(first.pretraining.count == 50 && first.training.count == 50 && first.test.count == 1_000)
    #expect(first.pretraining.bytes == Array(whole.pretraining.bytes.prefix(50 * 3_072)))
    #expect(first.training.labels == Array(whole.training.labels.prefix(50)))
    #expect(whole.identity.isSynthetic && whole.identity == first.identity)
  }

  @Test func theTailIsHeldOutOfEverything() throws {
    let whole = try DatasetReference.shapes.load()
    let tuning = try DatasetReference(.shapes, holdsOutTail: true).load()
    #expect(tuning.training.count == 4_000 && tuning.pretraining.count == 4_000 && tuning.test.count == 1_000)
    #expect(tuning.training.bytes + tuning.test.bytes == whole.training.bytes)
    #expect(tuning.training.labels + tuning.test.labels == whole.training.labels)
    let both = try DatasetReference(.shapes, limit: 10, holdsOutTail: true).load()
    #expect(both.training.count == 10 && both.test.bytes == tuning.test.bytes)
  }

  @Test func scarceImagesAreTheSameWhateverIsHeldOut() throws {
    let whole = try DatasetReference.shapes.load()
    let scarce = try DatasetReference.shapes.scarce(percent: 5).load()
    let chosen = LabelledSubset(percent: 5).indices(of: whole.training.labels)
    #expect(chosen.count == 250 && scarce.training.bytes == whole.training.subset(chosen).bytes)
    #expect(scarce.pretraining.bytes == scarce.training.bytes && scarce.test.bytes == whole.test.bytes)
    for label in 0..<10 { #expect(scarce.training.labels.count { $0 == label } == 25) }
    let unused = try #require(scarce.unused)
    #expect(unused.count == 4_750 && whole.unused == nil)

    let tuning = try DatasetReference(.shapes, holdsOutTail: true, percent: 5).load()
    #expect(tuning.training.bytes == scarce.training.bytes)
    let spared = try #require(tuning.unused)
    #expect(
      spared.bytes + tuning.test.bytes == unused.bytes && spared.labels + tuning.test.labels == unused.labels)
    let measured = chosen.count { $0 >= 4_000 }
    #expect(measured > 0 && tuning.test.count == 1_000 - measured)

    let first = try DatasetReference.shapes.scarce(percent: 5).first(40).load()
    #expect(first.training.bytes == Array(scarce.training.bytes.prefix(40 * 3_072)))
    #expect(first.unused?.count == 4_750)
  }

  @Test func fiveThousandOfFiftyThousandAreHeldOut() {
    let images = ImageSet(
      height: 1, width: 1, bytes: [UInt8](repeating: 0, count: 150_000), labels: Array(0..<50_000),
      classNames: [])
    let identity = DataIdentity(name: "cifar10", kind: "official", digest: "")
    let tuning = DatasetReference(.cifar10, holdsOutTail: true).collection(
      images, images.slice(0..<10), identity)
    #expect(tuning.training.count == 45_000 && tuning.test.labels == Array(45_000..<50_000))
  }

  @Test func absentDataSaysHowToGetIt() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: DataError.self) { try DatasetReference.cifar10.load(from: folder.url) }
    let text = try #require(error?.description)
    for part in [
      "cifar-10-batches-bin or cifar-10-batches-py", "repro data get cifar10", "--data-dir", folder.url.path,
    ] {
      #expect(text.contains(part), "\(text)")
    }
    let set = try folder.make("cifar-10-batches-bin")
    try makeFile(set.appendingPathComponent("data_batch_1.bin"), size: 30_730_000)
    #expect(
      throws: DataError.missingFile(path: set.appendingPathComponent("data_batch_2.bin").path, set: "cifar10")
    ) { try DatasetReference.cifar10.load(from: folder.url) }
  }

  @Test func unknownFilesLoadOnlyWhenAccepted() throws {
    let folder = try TemporaryFolder()
    let set = try folder.make("cifar-100-binary")
    try makeFile(set.appendingPathComponent("train.bin"), size: 153_700_000)
    try makeFile(set.appendingPathComponent("test.bin"), size: 30_740_001)
    #expect(
      throws: DataError.wrongSize(
        path: set.appendingPathComponent("test.bin").path, found: 30_740_001, expected: 30_740_000)
    ) { try DatasetReference.cifar100.load(from: folder.url) }
    try makeFile(set.appendingPathComponent("test.bin"), size: 30_740_000)
    let error = #expect(throws: DataError.self) { try DatasetReference.cifar100.load(from: folder.url) }
    #expect(error?.description.contains("train.bin") == true)
    let images = try DatasetReference.cifar100.first(3).load(from: folder.url, acceptingDigest: true)
    #expect(
      images.identity.kind.hasPrefix("custom:") && images.training.count == 3 && images.test.count == 10_000)
  }

  @Test(.enabled(if: DataStore().hasCIFAR10)) func aKnownCopyOfCIFAR10IsRead() throws {
    let images = try DatasetReference.cifar10.load()
    #expect(["official", "jpeg75"].contains(images.identity.kind))
    #expect(images.training.count == 50_000 && images.test.count == 10_000)
    for label in 0..<10 {
      #expect(images.training.labels.count { $0 == label } == 5_000)
      #expect(images.test.labels.count { $0 == label } == 1_000)
    }
    let first = try DatasetReference.cifar10.first(7).load()
    #expect(first.training.labels == [6, 9, 9, 4, 1, 1, 2])
  }
}

extension DataStore {
  /// Whether CIFAR-10 lies in the store.
  var hasCIFAR10: Bool { if case .present = status(of: .cifar10).state { true } else { false } }
}
