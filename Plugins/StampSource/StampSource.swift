import Foundation
import PackagePlugin

/// Has every build write down which commit it was made from, and which files differed from it.
///
/// A prebuild command would be the obvious way, but SwiftPM runs those only when it plans, which it does when files come
/// or go: neither a commit nor an edit is seen. A build command runs whenever something it names as input changed, so it
/// names every file that the program is built from and what git touches when HEAD moves.
@main struct StampSource: BuildToolPlugin {
  /// What the program is built from, relative to the package.
  private static let parts = ["Package.swift", "Plugins", "Scripts/source-stamp", "Sources", "Experiments"]

  func createBuildCommands(context: PluginContext, target: any Target) -> [Command] {
    let root = context.package.directoryURL
    let stamp = context.pluginWorkDirectoryURL.appending(path: "Stamp.swift")
    let inputs = Self.parts.flatMap { files(under: root.appending(path: $0)) } + gitFiles(of: root)
    return [
      .buildCommand(
        displayName: "Stamping the source", executable: URL(filePath: "/bin/sh"),
        arguments: [root.appending(path: "Scripts/source-stamp").path, root.path, stamp.path] + Self.parts,
        inputFiles: inputs, outputFiles: [stamp])
    ]
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
    var git = root.appending(path: ".git")
    if let folder = text(of: git)?.trimmingPrefix("gitdir: ") {
      git = URL(filePath: String(folder), relativeTo: root)
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
