import Foundation
import Testing

@testable import Generation
@testable import Harness
@testable import Records
@testable import Vision

@Suite struct GeneratorRecordTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Images as a reduced run on the real data would describe them.
  private func described() throws -> GeneratedImages {
    let recipe = try #require(GeneratorRecipe(scale: .reduced))
    let identity = GeneratorIdentity(scale: .reduced, recipe: recipe, seed: 2, dataDigest: "da7a")
    let data = DataIdentity(name: "cifar10", kind: "jpeg75", digest: "da7a")
    let clean = SourceState(commit: "c0", changedFiles: [])
    var manifest = GeneratorManifest(identity, data: data, imageCount: 1_000)
    manifest.sessions = [RunManifest.Session(start: .wholeSeconds, source: clean)]
    let nowhere = GeneratorFolder(output: URL(filePath: "/nowhere"), identity: identity, data: data)
    var (drawn, _) = DrawnImages.known(.last, in: nowhere, generator: identity.digest)
    try drawn.goOn(from: clean)
    var images = GeneratedImages(
      file: "last-20000.npy", sha256: "5a", kind: "generated", shape: [20_000, 32, 32, 3], quality: .last,
      epoch: 1_500, manifest: manifest, drawing: drawn)
    let set = Shapes.images(20, seed: 0, stream: "record")
    images.measured = ImageQuality(of: set, unseen: set, learned: set, in: .random(width: 4))
    return images
  }

  private func withScratch(_ body: (URL) throws -> Void) throws {
    let root = FileManager.default.temporaryDirectory.appending(component: "record-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    try body(root)
  }

  @Test func isFoundAgainWhereItBelongs() throws {
    try withScratch { root in
      let images = try described()
      let file = try GeneratorRecord.add(images, root: root)
      #expect(file.path.hasSuffix("Results/generators/reduced/cifar10-jpeg75/2/last-20000.json"))
      #expect(try GeneratedImages(contentsOf: file) == images)
      #expect(try GeneratorRecord.discrepancies(root: root).isEmpty)

      // The contact sheet goes beside it.
      let sheet = root.appending(component: "drawn.png")
      try Data("a picture".utf8).write(to: sheet)
      _ = try GeneratorRecord.add(images, shownBy: sheet, root: root)
      let copy = file.deletingPathExtension().appendingPathExtension("png")
      #expect(try Data(contentsOf: copy) == Data("a picture".utf8))
      #expect(try GeneratorRecord.discrepancies(root: root).isEmpty)
    }
  }

  @Test func refusesWhatNobodyCouldMakeAnew() throws {
    try withScratch { root in
      func expectRefusal(_ reason: String, _ change: (inout GeneratedImages) -> Void) throws {
        var images = try described()
        change(&images)
        let error = #expect(throws: RunProblem.self) { try GeneratorRecord.add(images, root: root) }
        #expect(error?.description.contains(reason) == true, "\(error.map(\.description) ?? "")")
      }
      try expectRefusal("procedural") { $0.kind = "synthetic" }
      try expectRefusal("no commit") { $0.drawing[0].commit = nil }
      try expectRefusal("clean clone") { $0.drawing[0].isDirty = true }
      try expectRefusal("clean clone") { $0.training[0].isDirty = true }
      try expectRefusal("measured") { $0.measured = nil }
    }
  }

  @Test func contradictionsAreNamed() throws {
    try withScratch { root in
      var images = try described()
      images.identity.recipe.averageMomentum = 0.5
      _ = try GeneratorRecord.add(images, root: root)
      let found = try GeneratorRecord.discrepancies(root: root)
      #expect(found.contains { $0.detail.contains("not that of its generator") })
      #expect(found.contains { $0.detail.contains("another by now") })
      #expect(found[0].file == "Results/generators/reduced/cifar10-jpeg75/2/last-20000.json")
      let file = GeneratorRecord.file(of: images, root: root)
      try FileManager.default.moveItem(
        at: file, to: file.deletingLastPathComponent().appending(component: "last-7.json"))
      #expect(try GeneratorRecord.discrepancies(root: root).contains { $0.detail.contains("lies elsewhere") })
    }
  }

  @Test func whatIsCommittedIsOfTheCodesRecipes() throws {
    for discrepancy in try GeneratorRecord.discrepancies(root: Self.root) { Issue.record("\(discrepancy)") }
  }
}
