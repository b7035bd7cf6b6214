import Evaluation
import Foundation
import NeuralNetworks
import Pretraining
import Tensors
import Testing
import Vision

@testable import Checking
@testable import Claims
@testable import Commands
@testable import Harness
@testable import Records
@testable import Reporting

/// The tiny method on batches whose order it finds out beforehand: darkest images first.
private final class SortingMethod: PreparedMethod {
  let tiny: TinyMethod
  private var order: Statistic?

  init(using random: inout Random) { tiny = TinyMethod(TinyMethod.Hyperparameters(), using: &random) }

  var encoder: any Encoder { tiny.encoder }
  var augmentations: [Augmentation] { tiny.augmentations }
  func loss(of batch: Batch, at progress: TrainingProgress) -> Loss { tiny.loss(of: batch, at: progress) }

  let needsPreparation = true
  func expectPreparation(imageCount count: Int) { order = Statistic(Tensor(repeating: -1, shape: [count])) }

  func prepare(_ preparation: Preparation) throws -> [Picture] {
    let images = preparation.images
    #expect(images.labels.isEmpty, "labels do not reach a preparation")
    for step in 1...3 {
      let metrics = step == 3 ? [(name: "images", value: Double(images.count))] : []
      try preparation.observe(
        Preparation.Report(
          stage: "sorting", progress: TrainingProgress(step: step, steps: 3, epoch: step / 3, epochs: 1),
          metrics: metrics))
    }
    let size = images.imageSize
    let light = (0..<images.count).map { image in
      images.bytes[image * size..<(image + 1) * size].reduce(0) { $0 + Int($1) }
    }
    let sorted = light.indices.sorted { (light[$0], $0) < (light[$1], $1) }
    order?.value = Tensor(sorted.map(Float.init), shape: [images.count])
    return [
      Picture("darkest", rows: [ViewLoader(images, standardization: .none).images(at: sorted.prefix(4))])
    ]
  }

  var sampler: any BatchSampler { Listed(order: order!.value.floats.map { Int($0) }) }

  struct Listed: BatchSampler {
    let order: [Int]
    func batches(count: Int, size: Int, epoch: Int, using random: inout Random) -> [[Int]] {
      precondition(!order.contains(-1), "batches before the preparation")
      return (0..<count / size).map { Array(order[$0 * size..<($0 + 1) * size]) }
    }
  }
}

private struct SortingExperiment: Experiment {
  static let name = "sorting-shapes"
  static let paper = TinyExperiment.paper
  static let cost = "nothing"
  static let version = 1
  let dataset = DatasetReference.shapes.first(32)
  let evaluations: [any Evaluation] = []
  let claims = [
    Claim(
      "Sorting helps.", [Comparison("sorted", over: "sorted", evaluation: "none")], because: "it is a test")
  ]
  let tables: [PaperTable] = []

  init(scale: Scale = .smoke) {}

  var arms: [Arm] {
    let plan = TrainingPlan(
      epochs: 2, batchSize: 8, optimizer: .sgd(learningRate: 0.03), schedule: .constant, precision: .float32)
    return [Arm("sorted", hyperparameters: [String: Int](), plan: plan) { SortingMethod(using: &$1) }]
  }

  func run(in output: URL, isFresh: Bool = false, watch: @escaping (RunEvent) throws -> Void = { _ in })
    throws
    -> Runner.Outcome
  {
    let request = Runner.Request(
      scale: .smoke, arms: arms, seeds: [0], dataset: dataset, output: output, threads: 1, isFresh: isFresh)
    return try Runner(
      self, request, images: try dataset.load(from: output),
      source: SourceState(commit: "0123456789abcdef", changedFiles: []), shouldStop: { false }, watch: watch
    ).run()[0]
  }
}

@Suite struct PreparationTests {
  private func curves(_ output: URL) throws -> String {
    try String(contentsOf: try #require(RunFolder.all(under: output).first).curves, encoding: .utf8)
  }

  @Test func comesBeforeTheFirstStepAndLeavesRowsPicturesAndItsTime() throws {
    let folder = try TemporaryFolder()
    var events: [String] = []
    let outcome = try SortingExperiment().run(in: folder.url) { event in
      switch event {
      case .prepared(let report): events.append(report.stage)
      case .stepped: events.append("step")
      default: break
      }
    }
    #expect(events.prefix(4) == ["sorting", "sorting", "sorting", "step"] && events.count == 3 + 8)
    #expect(outcome.manifest.preparationSeconds! > 0)
    #expect(outcome.manifest.preparationSeconds! <= outcome.manifest.wallSeconds)
    let rows = try CurveRow.read(from: outcome.run.folder.curves)
    #expect(rows.filter { $0.metric == "preparation/images" }.map(\.value) == [32])
    #expect(rows.first?.metric == "preparation/images")
    let pictures = outcome.run.folder.storedPictures
    #expect(pictures.map(\.lastPathComponent) == ["darkest.png", "views.png"])
    #expect(try Data(contentsOf: pictures[0]).prefix(4) == Data([0x89, 0x50, 0x4E, 0x47]))
    // Its row is no panel of the figure.
    let plot = Plot.pretraining(
      RecordedResults(curves: rows), of: Declaration(SortingExperiment(), scale: .smoke), subtitle: "")
    #expect(!plot.panels.contains { $0.title.contains("images") } && !plot.panels.isEmpty)
  }

  @Test func aRunKilledAtAnyMomentEndsWithTheSameFiles() throws {
    let whole = try TemporaryFolder()
    _ = try SortingExperiment().run(in: whole.url)
    let expected = try curves(whole.url)
    for killAt in 1...11 {
      let folder = try TemporaryFolder()
      var moments = 0
      #expect(throws: Killed.self) {
        _ = try SortingExperiment().run(in: folder.url) { event in
          switch event {
          case .prepared, .stepped: moments += 1
          default: break
          }
          if moments == killAt { throw Killed() }
        }
      }
      var prepared = 0
      _ = try SortingExperiment().run(in: folder.url) { event in
        if case .prepared = event { prepared += 1 }
      }
      // Once the checkpoint holds what was found, nothing is prepared again.
      #expect(prepared == (killAt <= 3 ? 3 : 0), "killed at moment \(killAt)")
      #expect(try curves(folder.url) == expected, "killed at moment \(killAt)")
    }
  }

  @Test func beginningAnewRemovesItsPictures() throws {
    let folder = try TemporaryFolder()
    let run = try SortingExperiment().run(in: folder.url).run.folder
    try writeAtomically(Data("old".utf8), to: run.pictures.appending(component: "older.png"))
    _ = try SortingExperiment().run(in: folder.url, isFresh: true)
    #expect(run.storedPictures.map(\.lastPathComponent) == ["darkest.png", "views.png"])
  }

  @Test func estimatesAndGoldenCurvesPrepareFirst() throws {
    let images = try DatasetReference.shapes.first(64).load()
    let arm = try Estimator(SortingExperiment(), scale: .smoke, images: images) { _ in }.estimate().arms[0]
    #expect(arm.preparationSeconds > 0 && arm.trainingSeconds > arm.preparationSeconds)
    let folder = try ReportFolder()
    let golden = GoldenCheck(SortingExperiment.self, root: folder.url)
    #expect(try golden.write() == ["Tests/Golden/sorting-shapes/sorted.csv"])
    #expect(golden.discrepancies().isEmpty)
  }

  @Test func picturesOfOneSeedAreRecordedAndShown() async throws {
    let folder = try ReportFolder.repository()
    let runs = folder.url.appending(component: "Runs")
    for run in sampleRuns.prefix(4) {
      let written = try run.write(under: runs)
      try makeFolder(written.pictures)
      try writeAtomically(Data("picture".utf8), to: written.pictures.appending(component: "clusters.png"))
    }
    let catalogue = Catalogue([ReportedExperiment.self])
    _ = try await Recording(
      ReportedExperiment.self, scale: .reduced, from: runs, catalogue: catalogue, root: folder.url)
    let figures = "Results/sample-cifar10/reduced/figures"
    #expect(folder.exists("\(figures)/clusters-of-base-seed-0.png"))
    #expect(folder.exists("\(figures)/clusters-of-base-term-seed-0.png"))
    #expect(!folder.exists("\(figures)/clusters-of-base-seed-1.png"))
    let page = try folder.text("paper-tables/sample.md")
    #expect(page.contains("![clusters, Base + Term, seed 0](../\(figures)/clusters-of-base-term-seed-0.png)"))
    #expect(try Tables.check(catalogue.declarations, root: folder.url).isEmpty)
  }

  @Test func picturesAreMergedWithTheirRuns() throws {
    let (here, there) = (try ReportFolder(), try ReportFolder())
    let run = try SampleRun(seed: 1).write(under: there.url)
    try makeFolder(run.pictures)
    try writeAtomically(Data("picture".utf8), to: run.pictures.appending(component: "clusters.png"))
    #expect(try Merging(there.url, into: here.url).results.map(\.result) == [.copied])
    let copy = RunFolder(output: here.url, key: SampleRun(seed: 1).key, overrides: [])
    #expect(try Data(contentsOf: copy.pictures.appending(component: "clusters.png")) == Data("picture".utf8))
  }
}
