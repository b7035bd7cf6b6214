import Foundation
import Reporting

/// The files that a paper begins with, by the name of its method.
struct NewPaper {
  /// A file to be written.
  struct File: Equatable {
    /// Its place, and what it holds.
    let path, text: String
  }

  /// Where a package finds the suite.
  enum Suite: Equatable {
    case folder(String)
    /// What git clones.
    case address(String)
  }

  /// What the method's type is called.
  let name: String

  /// Creates the files of `name`.
  init(_ name: String) { self.name = name }

  /// Whether `folder` is a clone of the suite.
  static func isSuite(_ folder: URL) -> Bool {
    FileManager.default.fileExists(atPath: folder.appending(path: "Sources/repro/AllExperiments.swift").path)
  }

  /// In the suite's own folder.
  var filesInSuite: [File] {
    sources("Experiments/\(name)") + [
      File(path: "Tests/PapersTests/\(name)Tests.swift", text: filled(Self.tests)),
      File(path: "Experiments/\(name)/README.md", text: readme("Experiments/\(name)", "repro")), table,
    ]
  }

  /// In a package of its own called `package`.
  func package(named package: String, suite: Suite) -> [File] {
    let dependency =
      switch suite {
      case .folder(let path): #".package(name: "repro", path: "\#(path)")"#
      case .address(let url): #".package(url: "\#(url)", from: "\#(Citation.suite.version)")"#
      }
    let identity =
      switch suite {
      case .folder: "repro"
      // What SwiftPM calls a package that it clones.
      case .address(let url): URL(filePath: url).deletingPathExtension().lastPathComponent
      }
    let manifest = filled(Self.manifest).replacing("«package»", with: package)
      .replacing("«dependency»", with: dependency).replacing("«suite»", with: identity)
    return [
      File(path: "Package.swift", text: manifest),
      File(path: ".gitignore", text: ".build/\n/Data/\n/Runs/\n/Results/.lock\n"),
      File(path: "Sources/\(command)/\(name)Command.swift", text: filled(Self.program)),
    ] + sources("Sources/\(name)Paper") + [
      File(path: "Tests/\(name)PaperTests/\(name)Tests.swift", text: filled(Self.tests)),
      File(path: "README.md", text: readme("Sources/\(name)Paper", command)), table,
    ]
  }

  /// What has to be told to the suite besides.
  var stepsInSuite: String {
    """
    four lines make it known:
      Package.swift, under “The papers”:
    \(target)
      Package.swift, among the dependencies of repro and of PapersTests: "\(name)Paper"
      Sources/repro/AllExperiments.swift: import \(name)Paper, and \(name)OnCIFAR10.self
      Tests/HouseTests/ArrowsTests.swift, beside the other papers: "\(name)Paper"
    then: swift test --filter \(name) && swift run repro \(experiment) --scale smoke
    and, once it is committed: swift run repro check \(experiment) --write-golden, and commit the curves
    """
  }

  /// What to do first in the package in `folder`.
  func stepsInPackage(_ folder: String) -> String {
    """
    next: cd \(folder) && git init && git add . && git commit -m "Begin \(name)"
          swift test && swift run \(command) \(experiment) --scale smoke
    later, always from a commit: swift run \(command) check \(experiment) --write-golden
    """
  }

  /// The program of its own package.
  var command: String { "\(name.lowercased())-paper" }
  /// The experiment that users type.
  var experiment: String { "\(name.lowercased())-cifar10" }

  private func sources(_ folder: String) -> [File] {
    [
      File(path: "\(folder)/\(name).swift", text: filled(Self.method)),
      File(path: "\(folder)/\(name)OnCIFAR10.swift", text: filled(Self.experimentOnCIFAR10)),
    ]
  }

  private var table: File {
    File(
      path: "paper-tables/\(name.lowercased())/cifar10.csv",
      text: "table,row,dataset,setting,metric,value,unit,source\n")
  }

  private var target: String {
    """
        .target(
          name: "\(name)Paper",
          dependencies: [
            "Tensors", "NeuralNetworks", "Vision", "Pretraining", "Evaluation", "Harness",
          ], path: "Experiments/\(name)", exclude: ["README.md"],
          swiftSettings: optimizedInDebug),
    """
  }

  private func readme(_ sources: String, _ program: String) -> String {
    filled(Self.readme).replacing("«sources»", with: sources).replacing("«program»", with: program)
  }

  private func filled(_ template: String) -> String {
    let text = template.replacing("«Name»", with: name).replacing("«name»", with: name.lowercased())
      .replacing("«experiment»", with: experiment).replacing("«command»", with: command)
    // Where the paper's own module stands among the imports follows from its name.
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let imports = lines.prefix { $0.hasPrefix("import ") }
    return (imports.sorted() + lines.dropFirst(imports.count)).joined(separator: "\n")
  }
}
