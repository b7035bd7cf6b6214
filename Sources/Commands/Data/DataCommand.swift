import ArgumentParser
import Foundation
import Harness
import Vision

/// `repro data`: the data sets on disk.
struct DataCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Get, verify and list data sets.",
    subcommands: [Get.self, Verify.self, Listing.self, Labelled.self], defaultSubcommand: Listing.self)

  /// The data set called `text`; throws a `ValidationError` that offers the nearest names.
  static func name(_ text: String) throws -> DatasetReference.Name {
    let names = DatasetReference.Name.known
    if let name = names.first(where: { $0.rawValue == text }) { return name }
    let known = names.map(\.rawValue)
    throw ValidationError(UnknownName(kind: "data set", name: text, known: known).description)
  }

  /// `repro data get`.
  struct Get: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Download a data set (with resume, mirrors and checksums), or take it from a folder.")

    @Argument(
      help:
        "cifar10, cifar100, stl10, or what takes --from: camvid, tiny-imagenet-100 and tiny-imagenet-200.",
      transform: DataCommand.name)
    var set: DatasetReference.Name

    @Option(help: "Take the files from this folder instead of the network.", completion: .directory)
    var from: String?

    @Option(help: "An address to try first: of the archive, or of a folder that holds it.")
    var mirror: [String] = []

    @OptionGroup var data: DataOptions

    func run() async throws {
      try await Failure.reported {
        let store = DataStore(directory: data.directory)
        let identity: DataIdentity
        if let from {
          identity = try await store.get(
            set, from: URL(fileURLWithPath: from, isDirectory: true), acceptingDigest: data.acceptDigest,
            log: { DataProgress.show($0) })
        } else {
          identity = try await store.get(set, mirrors: mirror) { DataProgress.show($0) }
        }
        Console.result("\(identity.name) \(identity.kind) \(identity.digest)")
      }
    }
  }

  /// `repro data verify`.
  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read a data set's files and compare them with the digests of known copies.")

    @Argument(
      help: "cifar10, cifar100, stl10, camvid, tiny-imagenet-100, tiny-imagenet-200 or shapes.",
      transform: DataCommand.name)
    var set: DatasetReference.Name

    @OptionGroup var data: DataOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
      try await Failure.reported {
        let identity: DataIdentity
        do {
          identity = try DataStore(directory: data.directory).verify(set, acceptingDigest: data.acceptDigest)
        } catch {
          Console.error("\(error)")
          throw ExitCode(1)
        }
        if json { return try Console.json(identity) }
        Console.result("\(identity.name) \(identity.kind) \(identity.digest)")
      }
    }
  }

  /// `repro data list`.
  struct Listing: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List the data sets, where they lie, what to cite for them, and under which terms.")

    @OptionGroup var data: DataOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      let entries = DataStore(directory: data.directory).list().map(DatasetEntry.init)
      if json { return try Console.json(entries) }
      let width = (entries.map(\.name.count).max() ?? 0) + 2
      func say(_ name: String, _ text: String) {
        let lines = Wrapping.entry(name, text, column: width, width: Console.textWidth)
        for line in lines { Console.result(line) }
      }
      for entry in entries {
        say(entry.name, entry.state + (entry.detail.isEmpty ? "" : ": \(entry.detail)"))
        say("", "cite: \(entry.citation)")
        say("", "terms: \(entry.licence)")
      }
    }
  }
}

/// What is known of a data set, for programs and people.
struct DatasetEntry: Encodable {
  let name, state, detail, citation, licence: String
  let isUsable: Bool

  init(_ status: DataStore.Status) {
    name = status.name.rawValue
    (citation, licence) = (DataSource.of(status.name).citation, DataSource.of(status.name).licence)
    switch status.state {
    case .builtIn: (state, detail, isUsable) = ("built in", "drawn by the suite itself", true)
    case .present(let folder, let kind):
      (state, detail, isUsable) = ("present", "\(folder.path) (\(kind ?? "not verified yet"))", true)
    case .absent(let error):
      (state, detail, isUsable) = (error.isAbsence ? "absent" : "damaged", "\(error)", false)
    }
  }
}
