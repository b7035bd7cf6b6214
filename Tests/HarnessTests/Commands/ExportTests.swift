import ArgumentParser
import Evaluation
import Foundation
import NeuralNetworks
import Pretraining
import Tensors
import Testing

@testable import Commands
@testable import Generation
@testable import Harness
@testable import Records
@testable import Vision
@testable import repro

/// Weights out of a run, and back again as anybody's.
@Suite(.knowingEveryExperiment) struct ExportTests {
  private func trained(
    _ name: String, arm: String, images: ImageCollection, side: Int? = nil, output: URL
  ) throws -> URL {
    let experiment = try allExperiments.experiment(named: name).init(scale: .smoke)
    let dataset =
      side.map { DatasetReference(.images, side: $0) } ?? DatasetReference.shapes.first(64)
    let request = Runner.Request(
      scale: .smoke, arms: try experiment.arms(named: [arm], on: images.own), seeds: [3],
      evaluations: ["knn-v1"],
      dataset: dataset, output: output, threads: WorkerPool.threads)
    let run = try Runner(
      experiment, request, images: images, source: SourceState(commit: "c0ffee", changedFiles: []),
      shouldStop: { false }
    ) { _ in }.run()[0]
    #expect(run.manifest.status == .finished)
    return run.run.folder.url
  }

  private func shapes() -> ImageCollection {
    let set = Shapes.images(64, seed: 0, stream: "export tests")
    return ImageCollection(
      pretraining: set, training: set, test: set,
      identity: DataIdentity(name: "shapes", kind: "synthetic", digest: "0"))
  }

  @Test(arguments: [
    ("simclr-cifar10", "non-linear head"), ("simclr-cifar10", "random encoder"), ("co2-cifar10", "MoCo"),
    ("simclr-cifar10", "supervised"),
  ])
  func anExportedBackboneHasTheRunsFeatures(experiment: String, arm: String) throws {
    let folder = try TemporaryFolder()
    let images = shapes()
    let run = try trained(experiment, arm: arm, images: images, output: folder.url)
    let trained = try TrainedEncoder(ofRunIn: run)
    let file = folder.url.appending(path: "new/backbone.safetensors")
    _ = try trained.exported(to: file)
    let weights = try ForeignWeights(contentsOf: file)
    let expected = FeatureSpace(name: "", trained.encoder, standardization: .shapes).features(of: images.test)
    let found = FeatureSpace(name: "", weights.encoder, standardization: .shapes).features(of: images.test)
    for (a, b) in zip(found.floats, expected.floats) { #expect(abs(a - b) <= 1e-5 * max(1, abs(b))) }
    #expect(weights.side == 32 && weights.standardization == .shapes && weights.unused == 0)
    let metadata = weights.metadata
    #expect(
      metadata["commit"] == "c0ffee" && metadata["arm"] == arm && metadata["data"] == "shapes:synthetic")
    #expect(metadata["digest"] == Checkpoint.state(of: trained.encoder).elementsDigest)
    #expect(metadata["data_licence"] == "Apache-2.0, as the suite itself" && metadata["seed"] == "3")
    #expect(trained.summary(of: weights.encoder, in: file).contains("N × 3 × 32 × 32"))
    let given = try GivenEncoder(file.path, prefix: nil, runs: folder.url)
    let named = try GivenEncoder(trained.manifest.run, prefix: nil, runs: folder.url)
    #expect(given.digest == named.digest && given.side == named.side)
  }

  @Test func imagesOfOnesOwnBringTheirColours() throws {
    let folder = try TemporaryFolder()
    try OwnImagesRunTests.put(
      ["a", "b"].flatMap { name in (0..<48).map { "\(name)/\($0).png" } },
      in: folder.url.appending(path: "own"))
    let own = OwnImagesFolder(folder.url.appending(path: "own"), side: 16)
    let images = try own.load(DatasetReference(.images, side: 16), cache: folder.url)
    let run = try trained(
      "simclr-cifar10", arm: "non-linear head", images: images, side: 16, output: folder.url)
    let file = folder.url.appending(path: "own.safetensors")
    _ = try TrainedEncoder(ofRunIn: run).exported(to: file)
    let weights = try ForeignWeights(contentsOf: file)
    #expect(weights.side == 16 && weights.standardization == images.standardization(of: .cifar10))
    #expect(weights.metadata["data_licence"] == "whatever their owner grants")
  }

  @Test func whatTorchvisionLacksIsRefusedInASentence() throws {
    let folder = try TemporaryFolder()
    let run = try trained("rotnet-cifar10", arm: "RotNet", images: shapes(), output: folder.url)
    let error = #expect(throws: RunProblem.self) {
      try TrainedEncoder(ofRunIn: run).exported(to: folder.url.appending(path: "a.safetensors"))
    }
    #expect(error?.description.contains("no residual network") == true)
  }

  @Test func threeLinesLoadIt() {
    let own = PyTorchLines(.resNet18(width: 16), file: "a \"b\".safetensors").text
    #expect(own.split(separator: "\n").count == 3 && own.contains(#"load("a \"b\".safetensors")"#))
    let usual = PyTorchLines(.resNet50(stem: .imageNet), file: "a").text
    #expect(usual.split(separator: "\n").count == 3 && usual.contains("torchvision.models.resnet50()"))
  }

  @Test func featuresAreWrittenAsNumPyReadsThem() {
    let data = Tensor([1, -2.5, 3, 4, 5, 6], shape: [2, 3]).npy
    #expect(data.count == 128 + 24 && data.prefix(8).elementsEqual([0x93, 78, 85, 77, 80, 89, 1, 0]))
    #expect(
      String(decoding: data[10..<128], as: UTF8.self).hasPrefix(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"))
    #expect(data[127] == 10 && data[132..<136].elementsEqual([0, 0, 0x20, 0xC0]))
  }

  @Test func measuredForeignWeightsLieApart() throws {
    let folder = try TemporaryFolder()
    let fixture = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Fixtures/foreign/solo-learn.ckpt")
    let weights = try ForeignWeights(contentsOf: fixture)
    var result = ForeignResult(
      weights, file: "solo-learn.ckpt", dataset: .shapes, data: shapes().identity, standardization: .shapes,
      threads: 1, source: SourceState(commit: "0", changedFiles: []))
    let candidate = Candidate(
      encoder: weights.encoder, training: shapes().training, test: shapes().test, standardization: .shapes)
    for evaluation in try ForeignEvaluations.named(["linear-v1", "knn-v1"]) {
      result.scores += try evaluation.measure(candidate).scores.map {
        ForeignResult.Score(evaluation: evaluation.name, metric: $0.metric, value: $0.value, count: $0.count)
      }
    }
    #expect(
      result.scores.first?.evaluation == "knn-v1" && result.scores.contains { $0.metric == "train-top1" })
    let url = result.url(under: folder.url)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try writeAtomically(try ReadableJSON.data(result), to: url)
    #expect(url.path.contains("/foreign/") && RunFolder.all(under: folder.url, includingAsides: true).isEmpty)
    let text = try String(contentsOf: url, encoding: .utf8)
    #expect(text.contains("\"kind\" : \"foreign\"") || text.contains("\"kind\": \"foreign\""))
    #expect(throws: UnknownName.self) { try ForeignEvaluations.named(["knn-v9"]) }
    let names = ForeignEvaluations.all.map(\.name)
    #expect(Set(names).count == names.count && names.contains("dense-linear-mosaics-v1"))
  }

  @Test(arguments: [
    (["co2-cifar10", "--test", "f"], "--test goes with --images"),
    (["co2-cifar10", "--side", "64"], "--side goes with --images"),
    (["co2-cifar10", "--images", "f", "--side", "60"], "multiple of 8"),
    (["co2-cifar10", "--images", "f", "--side", "8"], "within 16...512"),
    (["evaluate", "f"], "--on DATASET or with --images"),
    (["evaluate", "f", "--on", "images"], "no data set “images”"),
    (["embed", "f", "--out", "o.npy"], "<images>"),
    (["embed", "f", "a.png", "--out", "o.npy", "--side", "4"], "within 8...1024"),
  ])
  func wrongUsageIsSaid(arguments: [String], text: String) {
    do {
      _ = try ReproCommand.parseAsRoot(arguments)
      Issue.record("\(arguments) was accepted")
    } catch {
      let message = ReproCommand.fullMessage(for: error)
      #expect(message.contains(text), "\(message)")
      #expect(ReproCommand.exitCode(for: error).rawValue == 64)
    }
  }
}
