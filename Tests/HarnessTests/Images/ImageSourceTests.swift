import Foundation
import Testing
import Vision

@testable import Claims
@testable import Harness

/// An experiment on photographs that are not there.
struct AbsentExperiment: Experiment {
  static let name = "absent-cifar10"
  static let paper = TinyExperiment.paper
  static let cost = "nothing"
  static let version = 1
  let dataset: DatasetReference
  let arms: [Arm] = TinyExperiment().arms
  let evaluations = TinyExperiment().evaluations
  let claims = TinyExperiment().claims
  let tables: [PaperTable] = []

  init(scale: Scale) {
    dataset =
      switch scale {
      case .smoke: .cifar10.first(24)
      case .demo: .cifar10.first(36)
      case .reduced, .paper: .cifar10
      }
  }
}

@Suite struct ImageSourceTests {
  private static let unreachable = DownloadError.unreachable(set: "cifar10", hosts: ["a", "b"], seconds: 10)

  private func source(
    _ folder: URL, isRealDataOnly: Bool = false, fetch: @escaping (DatasetReference.Name) async throws -> Void
  ) -> ImageSource {
    ImageSource(
      directory: folder, acceptsAnyDigest: false, isRealDataOnly: isRealDataOnly, fetch: fetch, say: { _ in })
  }

  /// A test stays a test; whoever asked for more gets the demonstration.
  @Test(arguments: zip(Scale.allCases, [Scale.smoke, .demo, .demo, .demo]))
  func withoutHostsTheSuiteDrawsItsOwnImages(asked: Scale, given: Scale) async throws {
    let folder = try TemporaryFolder()
    let source = source(folder.url) { _ in throw Self.unreachable }
    let found = try await source.images(for: AbsentExperiment.self, scale: asked)
    #expect(found.scale == given)
    let count = given == .smoke ? 24 : 36
    #expect(found.dataset == .shapes.first(count))
    #expect(found.images.identity.isSynthetic && found.images.pretraining.count == count)
    let excuse = try #require(found.excuse)
    #expect(excuse.contains("synthetic") && !excuse.contains("\n"), "one paragraph")
    #expect(excuse.contains("at \(given.rawValue) scale"))
    let key = PlannedRun(
      found.experiment.arms[0], seed: 0, of: found.experiment, scale: found.scale, dataset: found.dataset,
      data: found.images.identity, output: folder.url
    ).key
    #expect(key.data == "shapes:synthetic")
  }

  @Test func realDataOnlyMakesItAnError() async throws {
    let folder = try TemporaryFolder()
    let source = source(folder.url, isRealDataOnly: true) { _ in throw Self.unreachable }
    await #expect(throws: Self.unreachable) {
      _ = try await source.images(for: AbsentExperiment.self, scale: .reduced)
    }
  }

  @Test func damagedFilesAreNeverReplacedBySyntheticImages() async throws {
    let folder = try TemporaryFolder()
    let set = folder.url.appending(component: "cifar-10-batches-bin")
    try FileManager.default.createDirectory(at: set, withIntermediateDirectories: true)
    for name in (1...5).map({ "data_batch_\($0).bin" }) + ["test_batch.bin"] {
      try Data("short".utf8).write(to: set.appending(component: name))
    }
    let source = source(folder.url) { _ in Issue.record("nothing is fetched over files that are there") }
    await #expect(throws: DataError.self) {
      _ = try await source.images(for: AbsentExperiment.self, scale: .reduced)
    }
  }

  @Test(arguments: [
    DownloadError.cannotLock(path: "/d/.lock", reason: "Function not implemented"),
    .cannotUnpack(path: "/d/a.tar.gz", reason: "No space left on device"),
  ])
  func whatTheUserCanPutRightIsNoReasonForSyntheticImages(error: DownloadError) async throws {
    let folder = try TemporaryFolder()
    let source = source(folder.url) { _ in throw error }
    await #expect(throws: error) { _ = try await source.images(for: AbsentExperiment.self, scale: .reduced) }
  }

  @Test func aQuickLookTakesTheFirstImages() async throws {
    let folder = try TemporaryFolder()
    let source = source(folder.url) { _ in throw Self.unreachable }
    let found = try await source.images(for: TinyExperiment.self, scale: .smoke, limit: 8)
    #expect(found.dataset == .shapes.first(8) && found.images.pretraining.count == 8)
    let all = try await source.images(for: TinyExperiment.self, scale: .smoke)
    #expect(found.images.test.count == all.images.test.count)
    // What stands in for images that are not there is shortened, too.
    let standIn = try await source.images(for: AbsentExperiment.self, scale: .reduced, limit: 8)
    #expect(standIn.excuse != nil && standIn.dataset == .shapes.first(8))
  }

  @Test func heldOutImagesAreAskedForByTheReference() async throws {
    let folder = try TemporaryFolder()
    let source = source(folder.url) { _ in }
    let found = try await source.images(for: TinyExperiment.self, scale: .smoke, holdingOutTail: true)
    #expect(found.dataset.holdsOutTail && found.excuse == nil)
  }
}
