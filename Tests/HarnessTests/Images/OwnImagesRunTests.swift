import Evaluation
import Foundation
import Tensors
import Testing

@testable import Claims
@testable import Harness
@testable import Vision

/// Runs on folders of one's own images, kept apart from the record.
@Suite struct OwnImagesRunTests {
  /// Pictures of 20 × 18 pixels at `names` below `folder`.
  static func put(_ names: [String], in folder: URL) throws {
    var random = Random(seed: 5, stream: "own images")
    for name in names {
      let url = folder.appending(path: name)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      let pixels = Tensor(shape: [1, 18, 20, 3]) { random.uniform(in: 0...1) }
      try Picture("own", rows: [pixels]).png().write(to: url)
    }
  }

  private func found(_ folder: URL, side: Int = 16) throws -> ImageSource.Found {
    let source = ImageSource(
      directory: folder.appending(path: "data"), acceptsAnyDigest: false, isRealDataOnly: true,
      fetch: { _ in }, say: { _ in })
    return try source.images(
      in: OwnImagesFolder(folder.appending(path: "own"), side: side), for: TinyExperiment.self, scale: .smoke)
  }

  private func run(_ found: ImageSource.Found, output: URL) throws -> [Runner.Outcome] {
    let request = Runner.Request(
      scale: .smoke, arms: try found.experiment.arms(named: [], on: found.images.own), seeds: [0],
      dataset: found.dataset, output: output, threads: 1)
    return try Runner(
      found.experiment, request, images: found.images, source: SourceState(commit: "0", changedFiles: []),
      shouldStop: { false }
    ) { _ in }.run()
  }

  @Test func aFolderOfClassesIsTrainedOnAndMeasuredAndNeverRecorded() throws {
    let folder = try TemporaryFolder()
    let names = ["a", "b"].flatMap { name in (0..<24).map { "\(name)/\($0).png" } }
    try Self.put(names, in: folder.url.appending(path: "own"))
    let found = try found(folder.url)
    #expect(found.dataset == DatasetReference(.images, limit: 32, side: 16))
    let outcomes = try run(found, output: folder.url.appending(path: "Runs"))
    for outcome in outcomes {
      let manifest = outcome.manifest
      #expect(manifest.status == .finished && !manifest.isModified)
      #expect(manifest.ownImages == found.images.own && manifest.ownImages?.classNames == ["a", "b"])
      #expect(manifest.data.kind.hasPrefix("custom:") && manifest.key.data.hasPrefix("images:custom:"))
      #expect(try outcome.run.folder.measuredScores().count == 2)
      #expect(outcome.run.folder.url.path.contains("/tiny-shapes/smoke/images-custom-"))
      let problems = manifest.provenanceProblems(inRecordOf: Declaration(TinyExperiment(), scale: .smoke))
      #expect(problems.contains { $0.contains("images of one's own (custom:") }, "\(problems)")
      let back = try RunManifest(contentsOf: outcome.run.folder.manifest)
      #expect(back.ownImages == manifest.ownImages && back.identity.digest == manifest.run)
    }
    // Again, nothing is left to do.
    let again = try run(found, output: folder.url.appending(path: "Runs")).map(\.manifest)
    #expect(again.map(\.rowsDigest) == outcomes.map(\.manifest.rowsDigest))
    #expect(again.allSatisfy { $0.sessions.count == 1 })
  }

  @Test func aFlatFolderIsTrainedOnAndNotMeasured() throws {
    let folder = try TemporaryFolder()
    try Self.put((0..<20).map { "\($0).png" }, in: folder.url.appending(path: "own"))
    let outcomes = try run(try found(folder.url), output: folder.url.appending(path: "Runs"))
    for outcome in outcomes {
      #expect(outcome.manifest.status == .finished)
      #expect(try outcome.run.folder.measuredScores().isEmpty)
      #expect(outcome.manifest.ownImages?.classNames == [])
    }
    let curves = try outcomes[0].run.folder.observedCurves()
    #expect(curves.contains { $0.metric == "loss" && $0.epoch == 3 })
  }

  @Test func withoutClassesThereAreNoArmsThatLabelsMake() throws {
    var experiment = TinyExperiment()
    experiment.classes = .first
    func own(_ classes: [String]) -> OwnImages {
      OwnImages(
        folder: "f", testFolder: nil, side: 64, training: 9, test: 0, classNames: classes, mean: [0, 0, 0],
        deviation: [1, 1, 1])
    }
    #expect(experiment.arms(on: nil).count == 4)
    #expect(experiment.arms(on: own(["a", "b"])).count == 4)
    #expect(experiment.arms(on: own([])).map(\.name) == ["Soft pull", "Hard pull", "Untrained"])
    #expect(experiment.arms(on: own([]))[0].seen == SeenImages(side: 64, classCount: 0))
  }

  /// What is encoded of data sets by name stays as it was: digests of runs rest on it.
  @Test func otherDataSetsAreEncodedAsBefore() throws {
    #expect(
      JSONValue(encoding: DatasetReference.cifar10.first(5)).description
        == #"{"holdsOutTail":false,"limit":5,"name":"cifar10"}"#)
    let own = DatasetReference(.images, side: 64)
    #expect(JSONValue(encoding: own).description == #"{"holdsOutTail":false,"name":"images","side":64}"#)
    #expect(own.description == "images of 64 × 64 pixels" && !DatasetReference.Name.known.contains(.images))
  }
}
