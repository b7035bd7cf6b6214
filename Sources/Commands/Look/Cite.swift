import ArgumentParser
import Foundation
import Harness
import Reporting

/// `repro cite`: what to cite.
struct Cite: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print BibTeX of an experiment's paper, or of a run, and of the suite.",
    discussion:
      "A run is looked for on disk and then in the record. Authors are surnames, as the suite has them.")

  @Argument(
    help: "The experiment, as `repro list` names it, or a run: the beginning of its digest.",
    completion: .list(Known.catalogue.experiments.map { $0.name }))
  var name: String

  @OptionGroup var output: OutputOptions

  @Flag(help: "Print JSON.")
  var json = false

  /// The entries, for programs.
  struct Entries: Encodable {
    /// The run, where one was named.
    let run: String?
    /// The paper and the suite.
    let paper, suite: String
  }

  func run() async throws {
    try await Failure.reported {
      let entries = try entries()
      if json { return try Console.json(entries) }
      Console.result(
        [entries.run, entries.paper, entries.suite].compactMap(\.self).joined(separator: "\n\n"))
    }
  }

  /// Throws an `UnknownName`, or a `RunProblem` when several runs are meant.
  private func entries() throws -> Entries {
    if let type = Known.catalogue.experiments.first(where: { $0.name == name }) {
      return Entries(
        run: nil, paper: Citation.bibTeX(type.paper),
        suite: Citation.bibTeX(suiteAt: SourceState.built.commit))
    }
    let manifest = try manifest()
    let type = try Known.catalogue.experiment(named: manifest.identity.experiment)
    return Entries(
      run: Citation.bibTeX(manifest), paper: Citation.bibTeX(type.paper),
      suite: Citation.bibTeX(suiteAt: manifest.commit))
  }

  private func manifest() throws -> RunManifest {
    let stored = StoredRun.all(under: output.directory)
    do {
      if let manifest = try stored.run(named: name, below: output.directory).manifest { return manifest }
    } catch is UnknownName {}
    let recorded = Self.recorded(name, under: Project.results)
    if recorded.count > 1 {
      throw RunProblem(
        "“\(name)” may be \(recorded.map(\.run).joined(separator: " or ")): name it by more of its digest")
    }
    guard let manifest = recorded.first else {
      throw UnknownName(
        kind: "experiment or run", name: name, known: Known.catalogue.experiments.map { $0.name })
    }
    return manifest
  }

  /// The recorded runs whose digests begin with `name`, of at least four characters.
  static func recorded(_ name: String, under results: URL) -> [RunManifest] {
    guard name.count >= 4 else { return [] }
    return Known.catalogue.experiments.flatMap { type in
      Scale.allCases.flatMap { scale in
        let folder = ResultsFolder(results, experiment: type.name, scale: scale).manifests
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasPrefix(name) }.sorted().compactMap {
          try? RunManifest(contentsOf: folder.appending(component: $0))
        }
      }
    }
  }
}
