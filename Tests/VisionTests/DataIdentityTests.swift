import Foundation
import Testing

@testable import Vision

/// Which bytes a data set is made of: sizes, digests, provenance, and the memory of digests.
@Suite struct DataIdentityTests {
  let folder: TemporaryFolder
  let form: DataForm
  let cache: DigestCache

  /// SHA-256 of "alpha".
  static let alpha = "8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8"

  init() throws {
    folder = try TemporaryFolder()
    try Data("alpha".utf8).write(to: folder.url.appendingPathComponent("a.bin"))
    try Data("beta!".utf8).write(to: folder.url.appendingPathComponent("b.bin"))
    let beta = try FileDigest(of: folder.url.appendingPathComponent("b.bin"))
    form = DataForm(
      folder: "set", format: .binary,
      files: [
        DataFile(
          "a.bin", size: 5, .official(sha256: DataIdentityTests.alpha),
          .jpeg75(String(repeating: "1", count: 64))),
        DataFile("b.bin", size: 5, .official(md5: beta.md5), .jpeg75(String(repeating: "2", count: 64))),
      ],
      archive: DataArchive(name: "set.tar.gz", md5: "00", sources: []))
    cache = DigestCache(directory: folder.url)
  }

  func identity(acceptingDigest: Bool = false) throws -> DataIdentity {
    try DataFolder(set: .cifar10, form: form, url: folder.url).identity(
      cache: cache, acceptingDigest: acceptingDigest)
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: folder.url.appendingPathComponent(name))
  }

  @Test func knownFilesAreNamed() throws {
    let identity = try identity()
    #expect(identity.kind == "official" && identity.name == "cifar10" && !identity.isSynthetic)
    // printf alpha > a.bin; printf 'beta!' > b.bin; sha256sum a.bin b.bin | sha256sum
    #expect(identity.digest == "67d63e6048316036c5c93109899340b9d70c23a1b73a5235eb1bb71c6069cc46")
  }

  @Test func unknownContentIsRefusedUnlessAccepted() throws {
    try write("ALPHA", to: "a.bin")
    let found = try FileDigest(of: folder.url.appendingPathComponent("a.bin")).sha256
    let error = DataError.unknownDigest(
      path: folder.url.appendingPathComponent("a.bin").path, found: found,
      expected: [DataIdentityTests.alpha + " (official)", String(repeating: "1", count: 64) + " (jpeg75)"])
    #expect(throws: error) { try identity() }
    #expect(error.description.contains("--accept-digest"))
    let accepted = try identity(acceptingDigest: true)
    #expect(accepted.kind == "custom:\(accepted.digest.prefix(12))" && accepted.digest.count == 64)
  }

  @Test func sizesComeFirst() throws {
    try write("alph", to: "a.bin")
    #expect(
      throws: DataError.wrongSize(
        path: folder.url.appendingPathComponent("a.bin").path, found: 4, expected: 5)
    ) { try identity(acceptingDigest: true) }
  }

  @Test func copiesOfDifferentKindsDoNotMix() throws {
    var mixed = form.files
    let alpha = DataFile("a.bin", size: 5, .jpeg75(DataIdentityTests.alpha), .official(sha256: "0"))
    mixed[0] = alpha
    let form = DataForm(folder: "set", format: .binary, files: mixed, archive: form.archive)
    let folder = DataFolder(set: .cifar10, form: form, url: folder.url)
    #expect {
      try folder.identity(cache: cache, acceptingDigest: false)
    } throws: { error in
      if case DataError.unknownDigest(let path, _, _) = error { path.hasSuffix("b.bin") } else { false }
    }
  }

  @Test func provenanceVouchesForItsFilesOnly() throws {
    try write("ALPHA", to: "a.bin")
    let digests = try ["a.bin", "b.bin"].map {
      ($0, try FileDigest(of: folder.url.appendingPathComponent($0)).sha256)
    }
    func vouch(md5: String) throws {
      let provenance = Provenance(
        archive: "set.tar.gz", md5: md5, source: "here", files: Dictionary(uniqueKeysWithValues: digests))
      try JSONEncoder().encode(provenance).write(to: folder.url.appendingPathComponent(Provenance.fileName))
    }
    try vouch(md5: "00")
    #expect(try identity().kind == "official")
    try write("ALPHa", to: "a.bin")
    #expect(throws: DataError.self) { try identity() }
    try write("ALPHA", to: "a.bin")
    try vouch(md5: "11")
    #expect(throws: DataError.self) { try identity() }
  }

  @Test func digestsAreRememberedUntilAFileChanges() throws {
    let url = folder.url.appendingPathComponent("a.bin")
    #expect(cache.remembered(url) == nil)
    let digest = try cache.digest(of: url)
    #expect(cache.remembered(url) == digest && digest.sha256 == DataIdentityTests.alpha)
    let store = folder.url.appendingPathComponent(".digests.json")
    let text = try String(contentsOf: store, encoding: .utf8)
    #expect(text.contains(DataIdentityTests.alpha))
    // A wrong memory shows that the second call does not read the file.
    try text.replacingOccurrences(of: "8ed3f6ad", with: "00000000").write(
      to: store, atomically: true, encoding: .utf8)
    #expect(try cache.digest(of: url).sha256.hasPrefix("00000000"))
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: url.path)
    #expect(try cache.digest(of: url).sha256 == DataIdentityTests.alpha)
    try Data("not JSON".utf8).write(to: store)
    #expect(try cache.digest(of: url).sha256 == DataIdentityTests.alpha)
  }

  /// Sets the time of modification of both files, which then have the same size and time.
  func age() throws {
    for name in ["a.bin", "b.bin"] {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 1_000_000_000)],
        ofItemAtPath: folder.url.appendingPathComponent(name).path)
    }
  }

  @Test func aFlippedByteIsFoundThoughSizeAndTimeAreKept() throws {
    try age()
    #expect(try identity().kind == "official")
    let file = try FileHandle(forWritingTo: folder.url.appendingPathComponent("a.bin"))
    try file.write(contentsOf: Data("A".utf8))
    try file.close()
    try age()
    #expect(throws: DataError.self) { try identity() }
  }

  @Test func exchangedFilesAreFoundThoughSizeAndTimeAreKept() throws {
    try age()
    #expect(try identity().kind == "official")
    let (a, b, other) = ("a.bin", "b.bin", "c.bin")
    for (from, to) in [(a, other), (b, a), (other, b)] {
      try FileManager.default.moveItem(
        at: folder.url.appendingPathComponent(from), to: folder.url.appendingPathComponent(to))
    }
    #expect(throws: DataError.self) { try identity() }
  }

  /// Wrong entries of the memory show what is read: a start trusts them, a verification does not.
  @Test(arguments: [true, false]) func verifyingTrustsNoMemory(ofFolder tellsItsFiles: Bool) throws {
    let form = DataForm(
      folder: "set", format: tellsItsFiles ? .frames : .binary,
      files: tellsItsFiles ? [] : [DataFile("a.bin")], archive: nil)
    let set = try folder.make("set")
    if tellsItsFiles {
      let train = try folder.make("set/train")
      try Data("alpha".utf8).write(to: train.appendingPathComponent("1.png"))
      for name in ["trainannot/1.png", "val/1.png", "valannot/1.png", "test/1.png", "testannot/1.png"] {
        let url = set.appendingPathComponent(name)
        _ = try folder.make("set/" + name.split(separator: "/")[0])
        try Data("beta".utf8).write(to: url)
      }
    } else {
      try Data("alpha".utf8).write(to: set.appendingPathComponent("a.bin"))
    }
    let files = DataFolder(set: .camvid, form: form, url: set)
    let identity = try files.identity(cache: cache, acceptingDigest: true)
    #expect(files.rememberedKind(in: cache) == identity.kind)
    let store = folder.url.appendingPathComponent(".digests.json")
    let text = try String(contentsOf: store, encoding: .utf8)
    let known = tellsItsFiles ? identity.digest : DataIdentityTests.alpha
    let wrong = String(repeating: "0", count: 64)
    #expect(text.contains(known))
    try text.replacingOccurrences(of: known, with: wrong).write(to: store, atomically: true, encoding: .utf8)
    #expect(try files.identity(cache: cache, acceptingDigest: true) != identity)
    #expect(try files.identity(cache: cache, acceptingDigest: true, readingAll: true) == identity)
    #expect(try files.identity(cache: cache, acceptingDigest: true) == identity, "the memory is put right")
  }

  @Test func severalDigestsMayBeOfOneKind() throws {
    let digest = try identity().digest
    let copies: [KnownDigest] = [.copy("avif-copy", sha256: "0"), .copy("avif-copy", sha256: digest)]
    let files = form.files.map { DataFile($0.name, size: 5, .official(sha256: "1")) }
    let form = DataForm(folder: "set", format: .binary, files: files, archive: nil, copies: copies)
    let folder = DataFolder(set: .cifar100, form: form, url: folder.url)
    let identity = try folder.identity(cache: cache, acceptingDigest: false)
    #expect(identity.kind == "avif-copy" && identity.digest == digest)
    try write("ALPHA", to: "a.bin")
    let error = #expect(throws: DataError.self) { try folder.identity(cache: cache, acceptingDigest: false) }
    #expect(error?.description.contains("all files together 0 (avif-copy)") == true)
  }

  @Test func theMemoryMovesWhereItCanBeWritten() throws {
    let (data, caches) = (try folder.make("data"), try folder.make("caches"))
    _ = try folder.make("data/.digests.json")  // a folder stands where the file should be
    let cache = DigestCache(directory: data, caches: caches)
    let digest = try cache.digest(of: folder.url.appendingPathComponent("a.bin"))
    #expect(FileManager.default.fileExists(atPath: caches.appendingPathComponent("repro/digests.json").path))
    #expect(cache.remembered(folder.url.appendingPathComponent("a.bin")) == digest)
  }
}
