import Foundation

/// The folder that data sets lie in, and what `repro data` does with it.
public struct DataStore: Sendable {
  /// The folder.
  public let directory: URL
  /// How downloads are made.
  let downloader: Downloader

  /// Creates the store of `directory`, which need not exist yet.
  public init(directory: URL = DataStore.defaultDirectory) {
    self.init(directory: directory, downloader: Downloader())
  }

  init(directory: URL, downloader: Downloader) {
    self.directory = directory.standardizedFileURL
    self.downloader = downloader
  }

  /// `$REPRO_DATA`, or `Data` in the working directory.
  public static var defaultDirectory: URL {
    let folder = ProcessInfo.processInfo.environment["REPRO_DATA"] ?? ""
    return URL(fileURLWithPath: folder.isEmpty ? "Data" : folder, isDirectory: true)
  }

  /// What is known of a data set without reading it.
  public struct Status: Sendable {
    /// Whether a data set can be used.
    public enum State: Sendable, Equatable {
      /// The suite makes the images itself.
      case builtIn
      /// The files lie in `folder`; `kind` is known if they were verified and have not changed since.
      case present(folder: URL, kind: String?)
      /// None of the set's folders is there, or one of their files is missing or of the wrong size.
      case absent(DataError)
    }

    /// Which data set.
    public let name: DatasetReference.Name
    /// Whether it can be used.
    public let state: State
  }

  /// Looks for a data set; hashes nothing.
  public func status(of name: DatasetReference.Name) -> Status {
    guard name != .shapes else { return Status(name: name, state: .builtIn) }
    do throws(DataError) {
      let folder = try DataFolder(of: name, in: directory)
      try folder.checkSizes()
      let kind = folder.rememberedKind(in: DigestCache(directory: directory))
      return Status(name: name, state: .present(folder: folder.url, kind: kind))
    } catch {
      return Status(name: name, state: .absent(error))
    }
  }

  /// Looks for every data set.
  public func list() -> [Status] { DatasetReference.Name.known.map { status(of: $0) } }

  /// Reads a data set's files and says which bytes they are, whatever is remembered of them; throws `DataError` for files
  /// that are missing or of the wrong size, for unknown content unless `acceptingDigest`, and for such as no run can read.
  public func verify(
    _ name: DatasetReference.Name, acceptingDigest: Bool = false
  ) throws(DataError) -> DataIdentity {
    guard name != .shapes else { return Shapes.identity }
    let folder = try DataFolder(of: name, in: directory)
    let identity = try folder.identity(
      cache: DigestCache(directory: directory), acceptingDigest: acceptingDigest, readingAll: true)
    try folder.check(identity)
    return identity
  }
}

/// What a store tells while it gets a data set.
public enum DataStoreEvent: Sendable, CustomStringConvertible {
  /// Another process has the store.
  case waiting(for: String, directory: String)
  /// Hosts are asked whether they answer.
  case asking(hosts: [String])
  /// A download begins, or goes on at a byte.
  case downloading(source: String, from: Int)
  /// Bytes received so far; sent about twice a second.
  case received(bytes: Int)
  /// A source failed and another one is tried.
  case failed(source: String, reason: String)
  /// The archive's digest is computed.
  case checking(file: String)
  /// The archive is unpacked.
  case unpacking(file: String)
  /// What was in the place of the new files is kept here.
  case movedAside(folder: String)
  /// The files are in place.
  case finished(folder: String, identity: DataIdentity)

  /// Whether the event replaces the one before it on a terminal.
  public var isTransient: Bool { if case .received = self { true } else { false } }

  /// A line for the user.
  public var description: String {
    switch self {
    case .waiting(let holder, let directory): "\(directory) is in use by \(holder): waiting for it"
    case .asking(let hosts): "asking \(hosts.joined(separator: ", "))"
    case .downloading(let source, let start):
      start == 0 ? "downloading \(source)" : "going on with \(source) at \(start.formatted()) bytes"
    case .received(let bytes): "\((bytes / 1_000_000).formatted()) MB"
    case .failed(let source, let reason): "\(source): \(reason)"
    case .checking(let file): "checking \(file)"
    case .unpacking(let file): "unpacking \(file)"
    case .movedAside(let folder): "the files that were there before are kept in \(folder)"
    case .finished(let folder, let identity): "\(identity.name) (\(identity.kind)) is in \(folder)"
    }
  }
}

/// Why a data set could not be got; what was downloaded is kept and the next attempt goes on from there.
public enum DownloadError: Error, Equatable, CustomStringConvertible {
  /// No host answered within the time.
  case unreachable(set: String, hosts: [String], seconds: Int)
  /// Hosts answered, but none gave the archive.
  case failed(set: String, reasons: [String])
  /// A program that downloads or unpacks is not installed.
  case missingProgram(String)
  /// The file system does not say whether another process is getting data into the same folder.
  case cannotLock(path: String, reason: String)
  /// A folder given as the source holds no form of the data set.
  case nothingThere(path: String, expected: [String])
  /// An archive could not be unpacked.
  case cannotUnpack(path: String, reason: String)
  /// The data set is made by the suite itself.
  case builtIn(set: String)
  /// The data set comes in no archive whose bytes could be checked.
  case notPublished(set: String, folders: [String])

  /// What was found, what was expected, and the next step.
  public var description: String {
    switch self {
    case .unreachable(let set, let hosts, let seconds):
      "No host with \(set) answered within \(seconds) s (\(hosts.joined(separator: ", "))). Check the network, name a "
        + "mirror with --mirror URL, or bring the files and run `repro data get \(set) --from FOLDER`."
    case .failed(let set, let reasons):
      "\(set) could not be downloaded: \(reasons.joined(separator: "; ")). Run the same command again to go on, or bring "
        + "the files and run `repro data get \(set) --from FOLDER`."
    case .missingProgram(let name):
      "`\(name)` is not installed: run Scripts/setup, or `apt-get install \(name)`."
    case .cannotLock(let path, let reason):
      "\(path) cannot be locked: \(reason). Some network file systems give no locks: get the data into a folder on a "
        + "disk of this machine with --data-dir, or see that nothing else gets data there and bring the files by hand."
    case .nothingThere(let path, let expected):
      "\(path) holds none of \(expected.joined(separator: ", ")): name the folder that does."
    case .cannotUnpack(let path, let reason): "\(path) could not be unpacked: \(reason)."
    case .notPublished(let set, let folders):
      "\(set) is published in no archive that could be checked: bring a folder \(folders.joined(separator: " or ")) and run "
        + "`repro data get \(set) --from FOLDER`."
    case .builtIn(let set): "\(set) is made by repro itself: there is nothing to get."
    }
  }
}
