import Evaluation
import Foundation
import NeuralNetworks
import Pretraining
import Tensors
import Vision

@testable import Claims
@testable import Harness
@testable import Records
@testable import Reporting

/// An experiment that is only reported on, never run.
struct ReportedExperiment: Experiment {
  static let name = "sample-cifar10"
  static let paper = Paper(
    "Sample: A Paper", authors: "Doe, Roe", venue: "ICLR 2021", arXiv: "0000.00000", folder: "sample")
  static let cost = "nothing"
  static let version = 2

  struct Constants: Codable, Sendable { var weight: Float }

  let scale: Scale
  init(scale: Scale) { self.scale = scale }

  /// What it declares.
  static func declared(_ scale: Scale) -> Declaration { Declaration(Self(scale: scale), scale: scale) }

  let dataset = DatasetReference.cifar10
  var evaluations: [any Evaluation] = []
  var claims = [
    Claim(
      "The term improves the baseline.", [Comparison("Base + Term", over: "Base", evaluation: "linear-v1")],
      because: "the published gain is larger", looks: Looks([3, 4]),
      provided: [.beats(floor: "random encoder"), .notCollapsed],
      published: PublishedDifference(2.9, "ImageNet-1K, slides"))
  ]
  /// Three rates of the baseline and three weights of the treatment.
  static let grid = TuningGrid(
    judgedBy: Measure(evaluation: "linear-v1", metric: "top1"),
    baseline: TuningGrid.Side(
      "Base", [.ordered("plan.optimizer.sgd.learningRate", [0.03, 0.06, 0.12], limits: "a sample")]),
    treatments: [
      TuningGrid.Side("Base + Term", [.ordered("hyperparameters.weight", [0.5, 1, 2], limits: "a sample")])
    ])

  var arms: [Arm] {
    [
      arm("Base", weight: 0), arm("Base + Term", weight: 1),
      arm("random encoder", role: .reference, weight: 0, epochs: 0),
      arm("supervised", role: .reference, weight: 0, usesLabels: true),
      arm("half a term", role: .exploratory, weight: 0.5),
    ]
  }

  private func arm(
    _ name: String, role: Arm.Role = .headline, weight: Float, epochs: Int = 20, usesLabels: Bool = false
  ) -> Arm {
    let plan = TrainingPlan(
      epochs: epochs, batchSize: 256, optimizer: .sgd(learningRate: 0.06, momentum: 0.9, weightDecay: 5e-4),
      schedule: .cosine())
    return Arm(
      name, role: role, hyperparameters: Constants(weight: weight), plan: plan, usesLabels: usesLabels
    ) { _, _ in fatalError("a reported experiment is never run") }
  }

  var tables: [PaperTable] {
    let arms: [PaperTable.Line] = [
      .init("Base", published: ["Base", "Base v2"]),
      .init("Base + Term", published: ["Base + Term", "Base v2 + Term"]),
    ]
    return [
      PaperTable(
        "Linear", published: "sample/linear.csv", arms: arms,
        columns: [.init("linear top-1", evaluation: "linear-v1"), .init("kNN top-1", evaluation: "knn-v1")]),
      PaperTable("Transfer", published: "sample/transfer.csv", arms: arms, columns: []),
    ]
  }
}

extension Declaration {
  /// What `ReportedExperiment` declares.
  static var sample: Declaration { sample(.reduced) }

  static func sample(_ scale: Scale) -> Declaration { ReportedExperiment.declared(scale) }
}

/// The sample experiment with one thing changed.
protocol ReportedVariant: Experiment {
  var base: ReportedExperiment { get }
}

extension ReportedVariant {
  static var name: String { ReportedExperiment.name }
  static var paper: Paper { ReportedExperiment.paper }
  static var cost: String { ReportedExperiment.cost }
  static var version: Int { ReportedExperiment.version }
  var dataset: DatasetReference { base.dataset }
  var evaluations: [any Evaluation] { base.evaluations }
  var claims: [Claim] { base.claims }
  var arms: [Arm] { base.arms }
  var tables: [PaperTable] { base.tables }
}

/// Makes the rows and the manifest of one run of `ReportedExperiment`.
struct SampleRun {
  /// What sample runs' programs were built from: the commit that `sourceText` is.
  static let sourceCommit = "3820b8e5d4eb695dacf62f1b28e4db11b4d6eed4"
  /// The object that git keeps of that commit.
  static let sourceText = """
    tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
    author Test <test@example.org> 1800000000 +0000
    committer Test <test@example.org> 1800000000 +0000

    What the sample runs were made from

    """

  var arm = "Base"
  var seed: UInt64 = 0
  var linear = 70.0
  var knn = 68.0
  var version = ReportedExperiment.version
  var scale = Scale.reduced
  var kind = "jpeg75"
  var digest = "da7a00000000"
  var evaluation = "linear-v1"
  /// An evaluation that came later.
  var laterEvaluation: String?
  var precision = Precision.bfloat16
  var threads = 2
  var commit: String? = SampleRun.sourceCommit
  var isDirty = false
  var overrides: [String] = []
  var status = RunManifest.Status.finished
  var processor = "Sample CPU"
  var weight: Float?
  var dataset = DatasetReference.cifar10
  var epochs = 2
  var alarms: [Alarm]?
  var divergence: Divergence?
  var claims: [ClaimDigest]?
  var start = Date(timeIntervalSince1970: 1_800_000_000)

  /// A run that a gate is judged by.
  static func heldOut(_ arm: String, _ seed: UInt64, linear: Double) -> SampleRun {
    var run = SampleRun(arm: arm, seed: seed, linear: linear, knn: 0)
    run.dataset.holdsOutTail = true
    run.overrides = ["dataset.holdsOutTail=true"]
    return run
  }

  var identity: RunIdentity {
    let experiment = ReportedExperiment(scale: scale)
    let arm = experiment.arms.first { $0.name == self.arm } ?? experiment.arms[0]
    var plan = arm.plan
    plan.precision = precision
    var hyperparameters = arm.configuration.hyperparameters
    if let weight { hyperparameters = JSONValue(encoding: ReportedExperiment.Constants(weight: weight)) }
    return RunIdentity(
      experiment: ReportedExperiment.name, version: version, scale: scale, arm: self.arm, seed: seed,
      hyperparameters: hyperparameters, plan: plan, dataset: dataset, dataDigest: digest)
  }

  var key: RunKey { manifest.key }

  var scores: [ScoreRow] {
    [
      ScoreRow(key: key, evaluation: "knn-v1", metric: "top1", value: knn, count: 10_000),
      ScoreRow(key: key, evaluation: evaluation, metric: "top1", value: linear, count: 10_000),
      ScoreRow(key: key, evaluation: evaluation, metric: "iterations", value: 17, count: 50_000),
    ]
      + (laterEvaluation.map {
        [ScoreRow(key: key, evaluation: $0, metric: "top1", value: 33, count: 10_000)]
      } ?? [])
  }

  var curves: [CurveRow] {
    (0...epochs).flatMap { epoch -> [CurveRow] in
      let place = Double(epoch) + Double(seed) / 10
      let values = [
        ("loss", 8 / (1 + place)), ("loss/instance", 7 / (1 + place)), ("monitor/knn", 30 + place),
      ]
      return values.map { metric, value in
        CurveRow(key: key, epoch: epoch, step: 195 * epoch, metric: metric, value: value)
      }
    }
  }

  var manifest: RunManifest {
    var session = RunManifest.Session(
      start: start,
      source: SourceState(commit: commit, changedFiles: isDirty ? ["Sources/x.swift"] : []))
    session.wallSeconds = 600
    let machine = Machine(
      processor: processor, instructionSet: "avx512_bf16", processorCount: 2, memoryBytes: 1 << 33,
      system: "Debian 12")
    var manifest = RunManifest(
      run: identity.digest, identity: identity,
      data: DataIdentity(name: "cifar10", kind: kind, digest: digest),
      role: .headline, usesLabels: arm == "supervised", overrides: overrides, status: status, failure: nil,
      sessions: [session], machine: machine, threads: threads, build: "release", libraries: [:], steps: 390,
      imagesSeen: 99_840, multiplyAdds: nil, peakMemoryBytes: 1 << 30, rowsDigest: nil)
    manifest.sessions[0].isDirty = isDirty
    (manifest.alarms, manifest.divergence, manifest.claims) = (alarms, divergence, claims)
    return manifest
  }

  /// The manifest as it is once the rows are written.
  var finishedManifest: RunManifest {
    var manifest = manifest
    manifest.rowsDigest = RowsDigest.of(scores: scores, curves: curves)
    return manifest
  }

  /// Writes the run where `repro run` would.
  @discardableResult
  func write(under runs: URL) throws -> RunFolder {
    let folder = RunFolder(
      output: runs, key: key, overrides: dataset.holdsOutTail ? [.holdingOutTail] : [])
    try makeFolder(folder.url)
    func table<Row: CSVRow>(_ rows: [Row]) -> Data {
      Data((CSVFile.line(Row.columns) + rows.map(\.line).joined()).utf8)
    }
    try writeAtomically(table(scores), to: folder.scores)
    try writeAtomically(table(curves), to: folder.curves)
    try writeAtomically(finishedManifest.json, to: folder.manifest)
    return folder
  }
}

extension RecordedResults {
  /// The rows of some runs.
  init(_ runs: [SampleRun]) {
    self.init(
      scores: runs.flatMap(\.scores), curves: runs.flatMap(\.curves), manifests: runs.map(\.finishedManifest))
  }

  /// Three pairs, a floor, a ceiling and an exploration.
  static var sample: RecordedResults { RecordedResults(sampleRuns) }
}

/// Three pairs, a floor, a ceiling and an exploration.
let sampleRuns: [SampleRun] = {
  let pairs = [(70.10, 70.92), (70.55, 71.05), (69.80, 70.71)]
  return pairs.enumerated().flatMap { seed, values in
    [
      SampleRun(arm: "Base", seed: UInt64(seed), linear: values.0, knn: values.0 - 3),
      SampleRun(arm: "Base + Term", seed: UInt64(seed), linear: values.1, knn: values.1 - 3),
    ]
  } + [
    SampleRun(arm: "random encoder", linear: 42.5, knn: 33.1),
    SampleRun(arm: "supervised", linear: 88.9, knn: 88.0),
    SampleRun(arm: "half a term", linear: 70.3, knn: 67.2),
  ]
}()

/// A folder that is removed when it goes away.
final class ReportFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(component: "repro reports \(UUID().uuidString)")
    try makeFolder(url)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// A repository with published numbers and a README, and nothing recorded.
  static func repository() throws -> ReportFolder {
    let folder = try ReportFolder()
    let header = "table,row,dataset,setting,metric,value,unit,source\n"
    try folder.write(
      header + """
        linear,Base,ImageNet-1K,"ResNet-50, 200 epochs",top-1,60.6,%,slides
        linear,Base + Term,ImageNet-1K,"ResNet-50, 200 epochs",top-1,63.5,%,slides
        linear,Base v2,ImageNet-1K,"ResNet-50, 200 epochs",top-1,67.5,%,slides
        linear,Base v2 + Term,ImageNet-1K,"ResNet-50, 200 epochs",top-1,68.0,%,slides
        linear,Another,ImageNet-1K,"ResNet-50, 200 epochs",top-1,99.9,%,slides

        """, to: "paper-tables/sample/linear.csv")
    try folder.write(
      header + """
        transfer,Base,VOC,detection,AP50,81.6,%,slides
        transfer,Base + Term,VOC,detection,AP50,81.4,%,slides

        """, to: "paper-tables/sample/transfer.csv")
    try folder.write(
      "# Title\n\n\(ReadmeResults.start)\nold\n\(ReadmeResults.end)\n\nAfter.\n", to: "README.md")
    return folder
  }

  /// Makes it a git repository that has the sample runs' commit.
  @discardableResult
  func makeRepository() async throws -> Git {
    let git = Git(folder: url)
    _ = try await git.answer(to: ["init", "-q"])
    try write(SampleRun.sourceText, to: ".git/source")
    let commit = try await git.answer(to: ["hash-object", "-t", "commit", "-w", ".git/source"])
    precondition(commit.hasPrefix(SampleRun.sourceCommit))
    return git
  }

  /// Copies the files of `root` at or below `name`; Foundation copies no folder that belongs to another user.
  func copy(_ name: String, of root: URL) throws {
    let (files, source) = (FileManager.default, root.appending(path: name))
    if let members = try? files.contentsOfDirectory(atPath: source.path) {
      for member in members { try copy("\(name)/\(member)", of: root) }
    } else {
      let copy = url.appending(path: name)
      try makeFolder(copy.deletingLastPathComponent())
      try files.copyItem(at: source, to: copy)
    }
  }

  func write(_ text: String, to path: String) throws {
    let file = url.appending(path: path)
    try makeFolder(file.deletingLastPathComponent())
    try writeAtomically(Data(text.utf8), to: file)
  }

  func text(_ path: String) throws -> String {
    try String(contentsOf: url.appending(path: path), encoding: .utf8)
  }

  func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: url.appending(path: path).path)
  }
}
