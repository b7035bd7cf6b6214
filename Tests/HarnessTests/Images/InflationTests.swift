import Foundation
import Pretraining
import Testing
import Vision

@testable import Claims
@testable import Harness
@testable import Records

/// Arms that add images to a data set's own: where these are found, what a run says of them, and what the record takes.
@Suite struct InflationTests {
  /// A tiny experiment two of whose arms add images.
  struct Inflated: Experiment {
    static let name = "tiny-inflated"
    static let paper = TinyExperiment.paper
    static let cost = "nothing"
    static let version = 1
    let dataset: DatasetReference
    let evaluations = TinyExperiment().evaluations
    let claims = [
      Claim(
        "Nothing.", [Comparison("added", over: "own", evaluation: "weights-v1", metric: "mean")],
        because: "it is a test")
    ]
    let tables: [PaperTable] = []

    init(scale: Scale) { dataset = DatasetReference.shapes.scarce(percent: 1) }

    var arms: [Arm] {
      [
        arm("own", nil), arm("added", Inflation(.generated, count: 30, ownWeight: 2)),
        arm("oracle", Inflation(.unused)), arm("early", Inflation(.generatedEarly, count: 30)),
      ]
    }

    private func arm(_ name: String, _ inflation: Inflation?) -> Arm {
      let plan = TrainingPlan(
        epochs: 1, batchSize: 8, optimizer: .sgd(learningRate: 0.03), schedule: .constant,
        precision: .float32,
        imagesPerEpoch: 24)
      return Arm(name, hyperparameters: TinyMethod.Hyperparameters(), plan: plan, inflation: inflation) {
        TinyMethod($0, using: &$1)
      }
    }
  }

  private func found(_ scale: Scale) throws -> ImageSource.Found {
    let experiment = Inflated(scale: scale)
    return ImageSource.Found(
      experiment: experiment, scale: scale, dataset: experiment.dataset,
      images: try experiment.dataset.load(),
      excuse: nil)
  }

  private func arms(_ names: String...) throws -> [Arm] {
    try Inflated(scale: .smoke).arms(named: names)
  }

  /// Writes what a generator leaves behind: `count` images and where they come from.
  private func draw(
    _ quality: String, count: Int, under runs: URL, sha256: String? = nil, learned: DatasetReference? = nil
  ) throws {
    let folder = runs.appending(path: "generator/reduced/shapes-synthetic/0")
    let file = folder.appending(component: "\(quality)-\(count).npy")
    try ByteArray(Shapes.images(count, seed: 9, stream: quality)).write(npy: file)
    struct Description: Encodable {
      struct Identity: Encodable { let recipe: [String: DatasetReference] }
      let sha256, kind: String
      let data: DataIdentity
      let identity: Identity
    }
    let digest = try AddedImages(contentsOf: file, kind: "", addedTo: Shapes.images(1, seed: 0, stream: "x"))
      .identity.digest
    let description = Description(
      sha256: sha256 ?? digest, kind: "generated", data: try found(.smoke).images.identity,
      identity: .init(recipe: ["dataset": learned ?? Inflated(scale: .reduced).dataset]))
    try JSONEncoder().encode(description)
      .write(to: folder.appending(component: "\(quality)-\(count).json"))
  }

  @Test func smokeRunsNeedNoFiles() throws {
    let folder = try TemporaryFolder()
    let offered = try InflationFiles(runs: folder.url)
      .offering(to: Inflated(scale: .smoke).arms, in: found(.smoke))
    #expect(offered.images.identity(of: .generated)?.isSynthetic == true)
    #expect(offered.images.count(of: .generated) == 30 && offered.images.count(of: .unused) == 4_950)
  }

  @Test func whatIsMissingIsSaidWithTheCommandThatMakesIt() throws {
    let folder = try TemporaryFolder()
    let files = InflationFiles(runs: folder.url)
    let text = errorText { _ = try files.offering(to: arms("own", "added"), in: found(.reduced)) }
    #expect(
      text.contains("arm “added” takes 30 generated images added, own ones counting 2 times"), "\(text)")
    #expect(text.contains("repro generate --quality last --data shapes") && !text.contains("\n"), "\(text)")
    #expect(text.contains("--generated"))
    let early = errorText { _ = try files.offering(to: arms("early"), in: found(.reduced)) }
    #expect(early.contains("--quality early") && early.contains("--generated-early"), "\(early)")
    let paper = errorText { _ = try files.offering(to: arms("added"), in: found(.paper)) }
    #expect(paper.contains("published set") && !paper.contains("repro generate"), "\(paper)")
    // Arms that add nothing, or what the data set has itself, need no file.
    _ = try files.offering(to: arms("own", "oracle"), in: found(.reduced))
  }

  @Test func aGeneratorsImagesAreFoundAndCheckedAgainstWhatItLearned() throws {
    let folder = try TemporaryFolder()
    let files = InflationFiles(runs: folder.url)
    try draw("last", count: 20, under: folder.url)
    #expect(
      errorText { _ = try files.offering(to: arms("added"), in: found(.reduced)) }.contains("repro generate"))
    try draw("last", count: 40, under: folder.url)
    try draw("last", count: 50, under: folder.url)
    let offered = try files.offering(to: arms("added"), in: found(.reduced)).images
    #expect(offered.count(of: .generated) == 40 && offered.identity(of: .generated)?.kind == "generated")

    try draw("last", count: 40, under: folder.url, sha256: "0")
    #expect(
      errorText { _ = try files.offering(to: arms("added"), in: found(.reduced)) }.contains("draw it anew"))
    try draw("last", count: 40, under: folder.url, learned: .shapes)
    let foreign = errorText { _ = try files.offering(to: arms("added"), in: found(.reduced)) }
    #expect(foreign.contains("drawn by a generator of shapes (digest"), "\(foreign)")
  }

  @Test func aNamedFileIsUsedAndHasToHoldEnough() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(component: "published.npy")
    try ByteArray(Shapes.images(31, seed: 9, stream: "x")).write(npy: file)
    let files = InflationFiles(runs: folder.url, named: [.generated: file])
    let offered = try files.offering(to: arms("added"), in: found(.reduced)).images
    #expect(offered.count(of: .generated) == 31 && offered.identity(of: .generated)?.kind == "file")
    try ByteArray(Shapes.images(29, seed: 9, stream: "x")).write(npy: file)
    let text = errorText { _ = try files.offering(to: arms("added"), in: found(.reduced)) }
    #expect(text.contains("there are only 29"), "\(text)")
  }

  private func run(_ names: String..., offering images: ImageCollection, output: URL) throws -> [Runner
    .Outcome]
  {
    let experiment = Inflated(scale: .smoke)
    let request = Runner.Request(
      scale: .smoke, arms: try experiment.arms(named: names), seeds: [0], dataset: experiment.dataset,
      output: output, threads: 1)
    return try Runner(
      experiment, request, images: images, source: SourceState(commit: "0123456789", changedFiles: [])
    ) { _ in }.run()
  }

  @Test func aRunSaysWhatWasAddedAndOnlyThen() throws {
    let folder = try TemporaryFolder()
    let images = try found(.smoke).images.offering([
      .generated: .standIn(for: .generated, count: 30)
    ])
    let outcomes = try run("own", "added", "oracle", offering: images, output: folder.url)
    let (own, added, oracle) = (outcomes[0].manifest, outcomes[1].manifest, outcomes[2].manifest)
    #expect(
      [own, added, oracle].allSatisfy { $0.status == .finished && $0.steps == 3 && $0.imagesSeen == 24 })
    let paths = Set(JSONValue(encoding: own.identity).leaves.map(\.path))
    #expect(own.inflation == nil && !paths.contains { $0.hasPrefix("inflation") })
    #expect(added.identity.inflation == Inflation(.generated, count: 30, ownWeight: 2))
    #expect(added.inflation?.isSynthetic == true && added.identity.inflationDigest == added.inflation?.digest)
    #expect(oracle.identity.inflationDigest == oracle.data.digest)

    // Other bytes make another run of it, and stand-ins never enter a record.
    let others = AddedImages(
      images: Shapes.images(30, seed: 5, stream: "x"),
      identity: DataIdentity(name: "b.npy", kind: "generated", digest: "other"))
    let text = errorText {
      _ = try run("added", offering: images.offering([.generated: others]), output: folder.url)
    }
    #expect(text.contains("inflationDigest"), "\(text)")
    let problems = added.provenanceProblems(
      inRecordOf: Declaration(Inflated(scale: .reduced), scale: .reduced))
    #expect(problems.contains("made with synthetic images added"))
  }

  /// At reduced scale only images that the record describes may have been added.
  @Test func onlyDescribedImagesEnterTheRecord() throws {
    let folder = try TemporaryFolder()
    var manifest = SampleRun(seed: 0).finishedManifest
    (manifest.identity.inflation, manifest.identity.inflationDigest) = (Inflation(.generated), "5a")
    manifest.inflation = DataIdentity(name: "mine.npy", kind: "file", digest: "5a")
    manifest.identity.scale = .reduced
    #expect(
      try manifest.inflationProblem(root: folder.url)?.contains("none that the record describes") == true)
    let place = folder.url.appending(components: "Results", "generators", "reduced")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    let description = #"""
      {"sha256": "5a", "kind": "file", "data": {"name": "cifar10", "kind": "jpeg75", "digest": "da7a"},
       "identity": {"recipe": {"dataset": {"name": "cifar10", "holdsOutTail": false}}}}
      """#
    try Data(description.utf8).write(to: place.appending(component: "last-1.json"))
    #expect(try manifest.inflationProblem(root: folder.url) == nil)
    manifest.identity.inflationDigest = "5b"
    #expect(try manifest.inflationProblem(root: folder.url) != nil)
    manifest.identity.inflation = Inflation(.unused)
    #expect(try manifest.inflationProblem(root: folder.url) == nil)
    manifest.identity.inflation = nil
    #expect(try manifest.inflationProblem(root: folder.url) == nil)
  }

  @Test func differentMasksMakeNoTable() throws {
    var (a, b) = (SampleRun(seed: 0).finishedManifest, SampleRun(seed: 1).finishedManifest)
    a.segmentation = DataIdentity(name: "camvid", kind: "one", digest: "1")
    b.segmentation = DataIdentity(name: "camvid", kind: "another", digest: "2")
    let scores = SampleRun(seed: 0).scores + SampleRun(seed: 1).scores
    #expect(throws: Incomparable.self) {
      try Summary(RecordedResults(scores: scores, curves: [], manifests: [a, b]))
    }
    b.segmentation = a.segmentation
    _ = try Summary(RecordedResults(scores: scores, curves: [], manifests: [a, b]))
  }

  @Test func whatIsNotOfferedStopsARunBeforeItBegins() throws {
    let folder = try TemporaryFolder()
    let text = errorText {
      _ = try run("added", offering: found(.smoke).images, output: folder.url)
    }
    #expect(text.contains("arm “added” takes 30 generated images added") && text.contains("there are none"))
  }

  @Test func differentAddedImagesMakeNoTable() throws {
    var (a, b) = (SampleRun(seed: 0).finishedManifest, SampleRun(seed: 1).finishedManifest)
    (a.identity.inflation, a.identity.inflationDigest) = (Inflation(.generated), "one")
    (b.identity.inflation, b.identity.inflationDigest) = (Inflation(.generated), "two")
    let scores = SampleRun(seed: 0).scores + SampleRun(seed: 1).scores
    let results = RecordedResults(scores: scores, curves: [], manifests: [a, b])
    #expect(throws: Incomparable.self) { try Summary(results) }
    b.identity.inflationDigest = "one"
    _ = try Summary(RecordedResults(scores: scores, curves: [], manifests: [a, b]))
  }
}
