import Foundation
import NeuralNetworks
import Tensors
import Testing

@testable import Commands
@testable import Generation
@testable import Harness
@testable import Records
@testable import Vision
@testable import repro

@Suite(.knowingEveryExperiment) struct GenerateTests {
  private let images = Shapes.images(128, seed: 0, stream: "generate tests")

  /// An encoder is found in a run's checkpoint wherever its method keeps it.
  @Test(arguments: ["supervised", "non-linear head"])
  func aRunsEncoderIsTakenFromItsCheckpoint(name: String) throws {
    let output = FileManager.default.temporaryDirectory.appending(component: "generate-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: output) }
    let experiment = try allExperiments.experiment(named: "simclr-cifar10").init(scale: .smoke)
    let arm = try #require(try experiment.arms(named: [name]).first)
    let request = Runner.Request(
      scale: .smoke, arms: [arm], seeds: [3], dataset: DatasetReference.shapes.first(128), output: output,
      threads: WorkerPool.threads)
    let collection = ImageCollection(
      pretraining: images, training: images, test: images,
      identity: DataIdentity(name: "shapes", kind: "synthetic", digest: "0"))
    let run = try Runner(
      experiment, request, images: collection, source: SourceState(commit: "0", changedFiles: []),
      shouldStop: { false }
    ) { _ in }.run()[0]
    let folder = run.run.folder
    // What a probe makes of so few images is not the matter here.
    var manifest = run.manifest
    manifest.status = .finished
    try writeAtomically(manifest.json, to: folder.manifest)
    let space = try FeatureSpace(ofRunIn: folder.url)
    #expect(space.name == "simclr-cifar10, \(name), smoke, seed 3, run \(run.manifest.run)")

    // The whole method restored, and its encoder asked.
    var random = Random(seed: 99, stream: "weights")
    let method = arm.makeMethod(&random)
    try Checkpoint.read(from: folder.checkpoint).restore(method, prefix: "model.", allowingOthers: true)
    let expected = FeatureSpace(name: "", method.encoder, standardization: .shapes).features(of: images)
    #expect(space.features(of: images).floats == expected.floats)

    manifest.status = .running
    try writeAtomically(manifest.json, to: folder.manifest)
    #expect(throws: RunProblem.self) { try FeatureSpace(ofRunIn: folder.url) }
  }

  /// Out of reach of the photographs, a generator learns what the suite draws, and everything it writes says so.
  @Test func withoutHostsProceduralImagesAreLearned() async throws {
    let folder = try TemporaryFolder()
    func source(isRealDataOnly: Bool) -> ImageSource {
      ImageSource(
        directory: folder.url, acceptsAnyDigest: false, isRealDataOnly: isRealDataOnly,
        fetch: { _ in throw Self.unreachable }, say: { _ in })
    }
    let learned = try await LearnedImages.find(.cifar10, scale: .reduced, in: source(isRealDataOnly: false))
    #expect(learned.scale == .smoke && learned.recipe == GeneratorRecipe(scale: .smoke, data: .shapes))
    #expect(learned.images.identity.isSynthetic && learned.images.identity.kind == "synthetic")
    #expect(learned.images.pretraining.count == 60)
    await #expect(throws: Self.unreachable) {
      _ = try await LearnedImages.find(.cifar10, scale: .reduced, in: source(isRealDataOnly: true))
    }
  }

  private static let unreachable = DownloadError.unreachable(set: "cifar10", hosts: ["a", "b"], seconds: 10)
}
