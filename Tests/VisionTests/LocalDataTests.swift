import Foundation
import Testing

@testable import Vision

/// `repro data get NAME --from FOLDER`, `verify` and `list`, on files of the right size that hold nothing.
@Suite struct LocalDataTests {
  let folder: TemporaryFolder
  let store: DataStore

  init() throws {
    folder = try TemporaryFolder()
    let source = try folder.make("usb/cifar-100-binary")
    for (name, size) in [("train.bin", 153_700_000), ("test.bin", 30_740_000)] {
      let url = source.appendingPathComponent(name)
      try Data().write(to: url)
      let file = try FileHandle(forWritingTo: url)
      try file.truncate(atOffset: UInt64(size))
      try file.close()
    }
    store = DataStore(directory: folder.url.appendingPathComponent("Data"))
  }

  var usb: URL { folder.url.appendingPathComponent("usb") }

  @Test func aFolderThatHoldsTheSetIsTaken() async throws {
    await #expect(throws: DataError.self) { try await store.get(.cifar100, from: usb) }
    guard case .absent = store.status(of: .cifar100).state else {
      Issue.record("unknown files were put in place")
      return
    }
    let identity = try await store.get(.cifar100, from: usb, acceptingDigest: true)
    #expect(identity.kind.hasPrefix("custom:"))
    #expect(try store.verify(.cifar100, acceptingDigest: true) == identity)
    let place = store.directory.appendingPathComponent("cifar-100-binary")
    #expect(store.status(of: .cifar100).state == .present(folder: place, kind: identity.kind))
    // Taking the set from its own place is no more than verifying it.
    #expect(try await store.get(.cifar100, from: store.directory, acceptingDigest: true) == identity)
  }

  /// Content that no run can read has a digest as well, which accepts nothing.
  @Test func whatCannotBeReadIsNoDataSet() async throws {
    let test = usb.appendingPathComponent("cifar-100-binary/test.bin")
    let file = try FileHandle(forWritingTo: test)
    try file.write(contentsOf: Data([20, 0]))  // a superclass beyond the 20
    try file.close()
    await #expect(throws: DataError.self) { try await store.get(.cifar100, from: usb, acceptingDigest: true) }
    guard case .absent = store.status(of: .cifar100).state else {
      Issue.record("what cannot be read was put in place")
      return
    }
    #expect(throws: DataError.self) { try DataStore(directory: usb).verify(.cifar100, acceptingDigest: true) }
  }

  @Test func theFolderItselfIsTakenAndAnotherCopyKept() async throws {
    let place = store.directory.appendingPathComponent("cifar-100-binary")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    try Data("mine".utf8).write(to: place.appendingPathComponent("train.bin"))
    try await store.get(
      .cifar100, from: usb.appendingPathComponent("cifar-100-binary"), acceptingDigest: true)
    #expect(place.appendingPathComponent("train.bin").fileSize == 153_700_000)
    let kept = store.directory.appendingPathComponent("cifar-100-binary.previous/train.bin")
    #expect(try Data(contentsOf: kept) == Data("mine".utf8))
  }

  /// A process that was killed over unpacking leaves up to the whole set; the next one clears it away.
  @Test func whatAKilledProcessLeftIsCleared() async throws {
    let left = store.directory.appendingPathComponent(".cifar-100-binary.1")
    try FileManager.default.createDirectory(at: left, withIntermediateDirectories: true)
    try Data(count: 100).write(to: left.appendingPathComponent("train.bin"))
    try await store.get(.cifar100, from: usb, acceptingDigest: true)
    #expect(!FileManager.default.fileExists(atPath: left.path))
  }

  @Test func aFolderWithNothingOfItIsRefused() async throws {
    let error = await #expect(throws: DownloadError.self) { try await store.get(.cifar10, from: usb) }
    #expect(error?.description.contains("cifar-10-batches-bin") == true)
    await #expect(throws: DownloadError.builtIn(set: "shapes")) { try await store.get(.shapes, from: usb) }
    await #expect(throws: DownloadError.builtIn(set: "shapes")) { try await store.get(.shapes) }
  }

  @Test func aForeignArchiveIsRefused() async throws {
    let archive = usb.appendingPathComponent("cifar-10-binary.tar.gz")
    try (Data([0x1F, 0x8B]) + Data(count: 100)).write(to: archive)
    for source in [usb, archive] {
      let error = await #expect(throws: DownloadError.self) { try await store.get(.cifar10, from: source) }
      #expect(error?.description.contains("expected c32a1d4ab5d03f1284b67883e8d87530") == true)
    }
  }

  @Test func everyDataSetSaysWhatToCite() {
    for name in DatasetReference.Name.known {
      let source = DataSource.of(name)
      #expect(!source.citation.isEmpty && !source.licence.isEmpty && !source.citation.contains("\n"))
    }
    #expect(DataSource.of(.cifar100).citation.contains("Krizhevsky"))
    #expect(DataSource.of(.tinyImageNet100).licence.contains("ImageNet's terms"))
  }

  @Test func cifar100HasTwoHosts() {
    let hosts = DatasetReference.Name.cifar100.forms.flatMap { form in
      (form.archive?.sources ?? []).map { ArchiveSource(form: form, address: $0).host }
    }
    #expect(Set(hosts).count >= 2)
  }

  @Test func everyDataSetIsListed() throws {
    let list = store.list()
    #expect(list.map(\.name) == DatasetReference.Name.known)
    for status in list {
      switch (status.name, status.state) {
      case (.shapes, .builtIn): continue
      case (_, .absent(.missing)): continue
      default: Issue.record("\(status)")
      }
    }
    #expect(throws: DataError.self) { try store.verify(.cifar10) }
    #expect(try store.verify(.shapes).isSynthetic)
  }

  @Test func theDirectoryMayComeFromTheEnvironment() {
    let folder = ProcessInfo.processInfo.environment["REPRO_DATA"] ?? "Data"
    #expect(DataStore.defaultDirectory.path.hasSuffix(folder.isEmpty ? "Data" : folder))
  }
}
