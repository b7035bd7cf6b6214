import Evaluation
import Foundation
import Testing
import Vision

@testable import Claims
@testable import Harness
@testable import Records

/// Counts pixels of masks and draws a picture: what an evaluation of masks leaves in a run's folder.
private struct MaskCount: Evaluation {
  let name = "masks-v1"

  func isPossible(on images: ImageCollection) -> Bool { images.frames != nil }

  func measure(_ candidate: Candidate) throws -> Measured {
    let masks = try #require(candidate.segmentation).test.masks
    let images = ViewLoader(candidate.test, standardization: .none).images(at: 0..<2)
    return Measured(
      [Score(metric: "pixels", value: Double(masks.count), count: candidate.test.count)],
      pictures: [Picture("first-images", rows: [images])])
  }
}

/// An experiment on photographs that asks about the masks of another data set besides.
private struct MaskedExperiment: Experiment {
  static let name = "masked-shapes"
  static let paper = TinyExperiment.paper
  static let cost = "nothing"
  static let version = 1
  let dataset = DatasetReference.shapes.first(32)
  let denseDataset: DatasetReference? = .camvid
  let arms: [Arm]
  let evaluations: [any Evaluation] = [WeightMean(name: "weights-v1"), MaskCount()]
  let claims = [
    Claim(
      "Nothing.", [Comparison("Soft pull", over: "Soft pull", evaluation: "weights-v1", metric: "mean")],
      because: "it is a test")
  ]
  let tables: [PaperTable] = []

  init(scale: Scale) { arms = Array(TinyExperiment().arms.prefix(1)) }
}

@Suite struct DenseEvaluationTests {
  private func run(_ images: ImageCollection, in output: URL) throws -> Runner.Outcome {
    let experiment = MaskedExperiment(scale: .smoke)
    let request = Runner.Request(
      scale: .smoke, arms: experiment.arms, seeds: [0], dataset: experiment.dataset, output: output,
      threads: 1)
    return try Runner(
      experiment, request, images: images,
      source: SourceState(commit: "0123456789abcdef", changedFiles: []), shouldStop: { false },
      watch: { _ in }
    ).run()[0]
  }

  @Test func whatImagesCannotAnswerIsMeasuredOnceTheyCan() throws {
    let folder = try TemporaryFolder()
    let images = try ImageCollection.photographs(.shapes.first(32))
    let first = try run(images, in: folder.url)
    #expect(first.manifest.status == .finished && first.manifest.segmentation == nil)
    #expect(Set(try first.run.folder.measuredScores().map(\.evaluation)) == ["weights-v1"])
    #expect(first.run.folder.storedPictures.map(\.lastPathComponent) == ["views.png"])

    let shapes = try DatasetReference.shapes.first(32).load()
    let camvid = DataIdentity(name: "camvid", kind: "segnet-240x180", digest: "ca3")
    let mosaics = try #require(Mosaics(training: 2, test: 3, cells: 1).collection(of: shapes))
    let frames = SegmentationCollection(training: mosaics.training, test: mosaics.test, identity: camvid)
    let second = try run(images.with(frames), in: folder.url)
    let scores = try second.run.folder.measuredScores()
    #expect(scores.map(\.evaluation) == ["weights-v1", "masks-v1"] && scores[1].value == 3 * 1_024)
    #expect(second.manifest.segmentation == camvid && second.run.key.run == first.run.key.run)
    #expect(second.run.folder.storedPictures.map(\.lastPathComponent) == ["first-images.png", "views.png"])
    let read = try RunManifest(contentsOf: second.run.folder.manifest)
    #expect(read.segmentation == camvid)
  }

  @Test func imagesOfTheSuitesOwnHaveMosaics() throws {
    let folder = try TemporaryFolder()
    let outcome = try run(DatasetReference.shapes.first(32).load(), in: folder.url)
    #expect(try outcome.run.folder.measuredScores().last?.value == 32 * 64 * 64)
    #expect(outcome.manifest.segmentation == nil)
  }

  @Test func anAbsentDataSetIsSaidAndLeftOut() async throws {
    let folder = try TemporaryFolder()
    var said: [String] = []
    let source = ImageSource(
      directory: folder.url, acceptsAnyDigest: false, isRealDataOnly: false,
      fetch: { _ in Issue.record("nothing is fetched for evaluations alone") }, say: { said.append($0) })
    let found = try await source.images(for: MaskedExperiment.self, scale: .smoke)
    #expect(found.images.segmentation == nil && found.excuse == nil)
    #expect(said.count == 1 && said.first?.hasPrefix("camvid is not in \(folder.url.path)") == true)
  }

  @Test func framesWithoutLabelsCanBeWatched() throws {
    let folder = try TemporaryFolder()
    let images = try ImageCollection.photographs(.shapes.first(32))
    func unlabelled(_ set: ImageSet) -> ImageSet {
      ImageSet(height: set.height, width: set.width, bytes: set.bytes, labels: [], classNames: [])
    }
    let frames = ImageCollection(
      pretraining: unlabelled(images.pretraining), training: unlabelled(images.training),
      test: unlabelled(images.test), identity: images.identity)
    let outcome = try run(frames, in: folder.url)
    let metrics = Set(try CurveRow.read(from: outcome.run.folder.curves).map(\.metric))
    #expect(metrics.contains("monitor/std") && !metrics.contains("monitor/knn"))
    let estimate = Estimator(MaskedExperiment(scale: .smoke), scale: .smoke, images: frames) { _ in }
    #expect(try estimate.estimate().evaluationSeconds > 0)
  }
}
