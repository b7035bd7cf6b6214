import Foundation
import PackagePlugin

/// Has every build write down which commit it was made from, and which files differed from it.
///
/// A prebuild command would be the obvious way, but SwiftPM runs those only when it plans, which it does when files come
/// or go: neither a commit nor an edit is seen. A build command runs whenever something it names as input changed, so it
/// names every file that the program is built from and what git touches when HEAD moves.
@main struct StampSource: BuildToolPlugin {
  private static let script = "Scripts/source-stamp"
  /// What the suite's program is built from, relative to the package.
  private static let parts = ["Package.swift", "Plugins", script, "Sources", "Experiments"]

  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let root = context.package.directoryURL
    let (script, parts) = try stamping(context.package)
    let stamp = context.pluginWorkDirectoryURL.appending(path: "Stamp.swift")
    let inputs = ([script] + parts.map { root.appending(path: $0) }).flatMap(files) + gitFiles(of: root)
    return [
      .buildCommand(
        displayName: "Stamping the source", executable: URL(filePath: "/bin/sh"),
        arguments: [script.path, root.path, stamp.path] + parts,
        inputFiles: inputs, outputFiles: [stamp])
    ]
  }

  /// The script that stamps, and what `package` is built from: the suite, or a package that depends on it and says its own
  /// commit, as the suite says the suite's.
  private func stamping(_ package: Package) throws -> (script: URL, parts: [String]) {
    func script(of package: Package) -> URL? {
      let url = package.directoryURL.appending(path: Self.script)
      return FileManager.default.fileExists(atPath: url.path) ? url : nil
    }
    let suites = package.dependencies.map(\.package)
    if let other = suites.first(where: { $0.displayName == "repro" }), let script = script(of: other) {
      let sources = package.targets.compactMap { $0 as? any SourceModuleTarget }.filter { $0.kind != .test }
      let above = package.directoryURL.path + "/"
      return (script, ["Package.swift"] + sources.map { $0.directoryURL.path.replacing(above, with: "") })
    }
    guard let own = script(of: package) else { throw NoScript(package: package.displayName) }
    return (own, Self.parts)
  }

  private struct NoScript: Error, CustomStringConvertible {
    let package: String
    var description: String {
      "StampSource stamps repro and packages that depend on it: \(package) has no such dependency"
    }
  }

  /// The file at `url`, or every file below the folder there.
  private func files(under url: URL) -> [URL] {
    guard let walk = FileManager.default.enumerator(at: url, includingPropertiesForKeys: [.isRegularFileKey])
    else { return [] }
    let found = walk.compactMap { $0 as? URL }.filter {
      (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true
    }
    return found.isEmpty && FileManager.default.fileExists(atPath: url.path) ? [url] : found
  }

  /// What changes when HEAD or the index does. Folders are among them because git's locks and logs come and go in them;
  /// files that a clean-up may delete are not, since a build stops over an input that is gone.
  private func gitFiles(of root: URL) -> [URL] {
    // The package may lie anywhere in its repository.
    var top = root.standardizedFileURL
    while top.path != "/", !FileManager.default.fileExists(atPath: top.appending(path: ".git").path) {
      top = top.deletingLastPathComponent()
    }
    var git = top.appending(path: ".git")
    if let folder = text(of: git)?.trimmingPrefix("gitdir: ") {
      git = URL(filePath: String(folder), relativeTo: top)
    }
    let shared = text(of: git.appending(path: "commondir")).map { URL(filePath: $0, relativeTo: git) } ?? git
    let own = ["HEAD", "index", "logs/HEAD"].map { git.appending(path: $0) }
    return ([git] + own + [shared.appending(path: "refs/heads")])
      .map { $0.absoluteURL.standardizedFileURL }
      .filter { FileManager.default.fileExists(atPath: $0.path) }
  }

  private func text(of file: URL) -> String? {
    (try? String(contentsOf: file, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
