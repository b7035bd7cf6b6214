import Foundation
import Glibc
import Synchronization
import Testing

@testable import Vision

/// Getting data: from files on this machine that stand for hosts.
@Suite struct DataStoreTests {
  let folder: TemporaryFolder
  let form: DataForm
  let packed: DataArchive
  let store: DataStore
  let archive: URL

  /// What a store told.
  final class Log: Sendable {
    private let events = Mutex<[DataStoreEvent]>([])
    var all: [DataStoreEvent] { events.withLock { $0 } }
    /// The byte at which each download began.
    var starts: [Int] { all.compactMap { if case .downloading(_, let start) = $0 { start } else { nil } } }
    var failures: [String] { all.compactMap { if case .failed(_, let reason) = $0 { reason } else { nil } } }
    @Sendable func add(_ event: DataStoreEvent) { events.withLock { $0.append(event) } }
  }

  /// Packs a folder with two small files.
  init() async throws {
    folder = try TemporaryFolder()
    let set = try folder.make("host/set")
    // Random bytes do not shrink, so that the archive has a middle to stop in.
    var random = SystemRandomNumberGenerator()
    let noise = Data((0..<40_000).map { _ in UInt8.random(in: 0...255, using: &random) })
    try noise.write(to: set.appendingPathComponent("a.bin"))
    try Data("beta!".utf8).write(to: set.appendingPathComponent("b.bin"))
    try Data("read me".utf8).write(to: set.appendingPathComponent("readme.txt"))
    archive = folder.url.appendingPathComponent("host/set.tar.gz")
    let (code, message) = try await execute(
      "tar", ["-czf", archive.path, "-C", folder.url.appendingPathComponent("host").path, "set"])
    try #require(code == 0, "\(message)")
    packed = DataArchive(name: "set.tar.gz", md5: try FileDigest(of: archive).md5, sources: [])
    form = DataForm(
      folder: "set", format: .binary, files: [DataFile("a.bin", size: 40_000), DataFile("b.bin", size: 5)],
      archive: packed)
    store = DataStore(
      directory: folder.url.appendingPathComponent("Data"),
      downloader: Downloader(answerSeconds: 2, leastRate: 1, rateSeconds: 5, stallSeconds: 5))
  }

  func get(_ addresses: [String], _ log: Log = Log()) async throws -> DataIdentity {
    try await store.get(
      .cifar10, from: addresses.map { ArchiveSource(form: form, address: $0) }, log: log.add)
  }

  var place: URL { store.directory.appendingPathComponent("set") }
  var part: URL { store.part(of: packed) }

  /// Whether the files are in place, and nothing else is left.
  func isComplete() throws -> Bool {
    let same =
      try Data(contentsOf: place.appendingPathComponent("a.bin"))
      == Data(contentsOf: folder.url.appendingPathComponent("host/set/a.bin"))
    let left = try FileManager.default.contentsOfDirectory(atPath: store.directory.path).sorted()
    return same && Set(left).isSubset(of: [".lock", ".digests.json", "set", "set.previous"])
  }

  @Test func anArchiveIsFetchedCheckedAndUnpacked() async throws {
    let log = Log()
    let identity = try await get([archive.absoluteString], log)
    #expect(identity.kind == "official" && log.starts == [0])
    #expect(try isComplete())
    let text = try String(contentsOf: place.appendingPathComponent(Provenance.fileName), encoding: .utf8)
    #expect(text.contains(packed.md5) && text.contains(archive.absoluteString))
    // What was unpacked stays official for as long as it stays the same.
    let files = DataFolder(set: .cifar10, form: form, url: place)
    #expect(
      try files.identity(cache: DigestCache(directory: store.directory), acceptingDigest: false) == identity)
    #expect(files.rememberedKind(in: DigestCache(directory: store.directory)) == "official")
    try Data("gamma".utf8).write(to: place.appendingPathComponent("b.bin"))
    #expect(throws: DataError.self) {
      try files.identity(cache: DigestCache(directory: store.directory), acceptingDigest: false)
    }
  }

  @Test func aPartIsContinued() async throws {
    try FileManager.default.createDirectory(at: store.directory, withIntermediateDirectories: true)
    try Data(contentsOf: archive).prefix(15_000).write(to: part)
    let log = Log()
    #expect(try await get([archive.absoluteString], log).kind == "official")
    #expect(log.starts == [15_000])
    #expect(try isComplete())
  }

  @Test func aCompletePartIsNotFetchedAgain() async throws {
    try FileManager.default.createDirectory(at: store.directory, withIntermediateDirectories: true)
    try Data(contentsOf: archive).write(to: part)
    let log = Log()
    #expect(try await get([archive.absoluteString], log).kind == "official")
    #expect(log.starts.isEmpty)
    #expect(try isComplete())
  }

  @Test func aWrongPartIsBegunAnew() async throws {
    try FileManager.default.createDirectory(at: store.directory, withIntermediateDirectories: true)
    let whole = try Data(contentsOf: archive)
    let wrongs = [
      Data("<html>busy</html>".utf8), Data([0x1F, 0x8B]) + Data(count: 10_000), whole + Data(count: 1_000),
    ]
    for wrong in wrongs {
      try wrong.write(to: part)
      let log = Log()
      #expect(try await get([archive.absoluteString], log).kind == "official")
      #expect(log.starts.last == 0, "\(log.starts)")
      #expect(try isComplete())
    }
  }

  @Test func aWebPageIsRefused() async throws {
    let page = folder.url.appendingPathComponent("host/page.tar.gz")
    try Data("\n<!DOCTYPE html><html><body>503 Service Unavailable</body></html>".utf8).write(to: page)
    let error = await #expect(throws: DownloadError.self) { try await get([page.absoluteString]) }
    #expect(error?.description.contains("a web page instead of set.tar.gz") == true)
    #expect(part.fileSize == nil && !FileManager.default.fileExists(atPath: place.path))
    // The next source is asked.
    let log = Log()
    #expect(try await get([page.absoluteString, archive.absoluteString], log).kind == "official")
    #expect(log.failures == ["it sent a web page instead of set.tar.gz"])
  }

  @Test func anotherArchiveIsRefused() async throws {
    let other = folder.url.appendingPathComponent("host/other.tar.gz")
    var bytes = try Data(contentsOf: archive)
    bytes[20_000] ^= 1
    try bytes.write(to: other)
    let error = await #expect(throws: DownloadError.self) { try await get([other.absoluteString]) }
    let text = try #require(error?.description)
    #expect(text.contains("expected \(packed.md5)") && text.contains("\(bytes.count) bytes"), "\(text)")
    #expect(part.fileSize == nil)
  }

  @Test func deadHostsCostLittle() async throws {
    // A host that refuses, and one that takes the call and says nothing.
    let silent = try SilentHost()
    let start = ContinuousClock.now
    let error = await #expect(throws: DownloadError.self) {
      try await get(["http://127.0.0.1:9/set.tar.gz", "http://127.0.0.1:\(silent.port)/set.tar.gz"])
    }
    // Two seconds by the rule below, and whatever a busy machine adds.
    #expect(ContinuousClock.now - start < .seconds(60))
    #expect(error == .unreachable(set: "cifar10", hosts: ["127.0.0.1"], seconds: 2))
    #expect(error?.description.contains("--from FOLDER") == true)
    #expect(Downloader().answerSeconds <= 12, "a dead host may cost at most 15 seconds")
    // A host that answers is used although others are dead.
    let identity = try await get(["http://127.0.0.1:\(silent.port)/set.tar.gz", archive.absoluteString])
    #expect(identity.kind == "official")
  }

  /// The second of two jobs on an empty folder waits, says for whom, and uses what the first one got.
  @Test func theSecondWaitsForTheFirst() async throws {
    let (first, second) = (Log(), Log())
    let lock = try await StoreLock(store.directory, for: "getting cifar10")
    async let waiting = get([archive.absoluteString], second)
    while second.all.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
    #expect(
      second.all.map(\.description) == [
        "\(store.directory.path) is in use by process \(getpid()), which is getting cifar10: waiting for it"
      ])
    // What the first one does meanwhile, under the lock that it has.
    let identity = try await store.unpack(archive, form, packed, of: .cifar10, source: "here", first.add)
    _ = consume lock
    #expect(try await waiting == identity && identity.kind == "official")
    #expect(second.starts.isEmpty, "nothing was downloaded twice")
    #expect(try isComplete())
  }

  @Test func whoeverWaitsCanBeStopped() async throws {
    let lock = try await StoreLock(store.directory, for: "getting cifar10")
    let log = Log()
    let waiting = Task { try await get([archive.absoluteString], log) }
    while log.all.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
    _ = consume lock
    #expect(try await get([archive.absoluteString]).kind == "official")
  }

  @Test func onlyALockThatAnotherHasIsInUse() {
    func attempt(_ errors: [Int32]) -> FileLock.Attempt {
      var errors = errors[...]
      return FileLock.attempt { errors.removeFirst() }
    }
    #expect(attempt([0]) == .taken && attempt([EWOULDBLOCK]) == .inUse)
    #expect(attempt([EINTR, EINTR, 0]) == .taken && attempt([EINTR, EWOULDBLOCK]) == .inUse)
    for error in [ENOLCK, EOPNOTSUPP, EIO, ENOSYS] {
      #expect(attempt([error]) == .refused(String(cString: strerror(error))))
    }
    let error = DownloadError.cannotLock(path: "/d/.lock", reason: "No locks available")
    #expect(error.description.contains("No locks available") && error.description.contains("--data-dir"))
  }

  @Test func aLockIsNeverReachedThroughALink() async throws {
    let victim = folder.url.appendingPathComponent("thesis.tex")
    try Data("chapter 1".utf8).write(to: victim)
    try FileManager.default.createDirectory(at: store.directory, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      at: store.directory.appendingPathComponent(".lock"), withDestinationURL: victim)
    await #expect(throws: DataError.self) { try await get([archive.absoluteString]) }
    #expect(try Data(contentsOf: victim) == Data("chapter 1".utf8))
  }

  @Test func whatWasThereStaysWhenTheNewIsWrong() async throws {
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    try Data("old".utf8).write(to: place.appendingPathComponent("b.bin"))
    let log = Log()
    await #expect(throws: DataError.self) {
      try await store.placing(form, of: .cifar10, acceptingDigest: false, log.add) { workshop in
        let folder = workshop.appendingPathComponent("set")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data("x".utf8).write(to: folder.appendingPathComponent("a.bin"))
      }
    }
    #expect(try Data(contentsOf: place.appendingPathComponent("b.bin")) == Data("old".utf8))
    #expect(try await get([archive.absoluteString]).kind == "official")
    #expect(try isComplete())
  }

  @Test func mirrorsAreArchivesOrFolders() {
    let archive = DataArchive(name: "set.tar.gz", md5: "", sources: [])
    #expect(archive.address(under: "https://a.b/c") == "https://a.b/c/set.tar.gz")
    #expect(archive.address(under: "https://a.b/c/") == "https://a.b/c/set.tar.gz")
    #expect(archive.address(under: "https://a.b/set.tar.gz") == "https://a.b/set.tar.gz")
    #expect(archive.address(under: "https://a.b/other.tar.gz") == nil)
  }

  @Test func missingProgramsAreNamed() async {
    await #expect(throws: DownloadError.missingProgram("no-such-program")) {
      try await execute("no-such-program", [])
    }
  }
}

/// A host that takes calls and never answers.
final class SilentHost {
  let port: UInt16
  private let descriptor: Int32

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) + listen(descriptor, 8) + getsockname(descriptor, $0, &length)
      }
    }
    try #require(descriptor >= 0 && status == 0)
    port = UInt16(bigEndian: address.sin_port)
  }

  deinit { close(descriptor) }
}
