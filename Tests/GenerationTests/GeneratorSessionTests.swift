import Foundation
import NeuralNetworks
import Tensors
import Testing

@testable import Generation
@testable import Harness
@testable import Records
@testable import Vision

@Suite struct GeneratorSessionTests {
  private static let images = Shapes.images(60, seed: 0, stream: "generator tests")
  private static let data = DataIdentity(name: "shapes", kind: "synthetic", digest: "0")
  private let output = FileManager.default.temporaryDirectory.appending(
    component: "generator-\(UUID().uuidString)")

  private func withOutput<Result>(_ body: () throws -> Result) rethrows -> Result {
    defer { try? FileManager.default.removeItem(at: output) }
    return try body()
  }

  private func session(
    _ folder: String = "a", seed: UInt64 = 0, isFresh: Bool = false,
    change: (inout GeneratorRecipe) -> Void = { _ in }, shouldStop: @escaping () -> Bool = { false },
    watch: @escaping (GeneratorEvent) throws -> Void = { _ in }
  ) throws -> GeneratorSession {
    var recipe = try #require(GeneratorRecipe(scale: .smoke, data: .shapes))
    change(&recipe)
    return try GeneratorSession(
      GeneratorIdentity(scale: .smoke, recipe: recipe, seed: seed, dataDigest: "0"), images: Self.images,
      data: Self.data, output: output.appending(component: folder),
      source: SourceState(commit: "c", changedFiles: []), isFresh: isFresh, shouldStop: shouldStop,
      watch: watch)
  }

  private func made(_ folder: String, seed: UInt64 = 0) throws -> (URL, GeneratedImages) {
    let session = try session(folder, seed: seed)
    try session.train()
    return (session.folder.url, try session.draw(.last, count: 50))
  }

  private func files(_ folder: URL, _ names: [String]) throws -> [Data] {
    try names.map { try Data(contentsOf: folder.appending(component: $0)) }
  }

  private let results = ["last.safetensors", "early.safetensors", "curves.csv", "last-50.npy"]

  @Test func twoOfOneSeedAreEqualByteForByteAndTwoSeedsAreNot() throws {
    try withOutput {
      let (first, images) = try made("a")
      let (second, again) = try made("b")
      #expect(try files(first, results) == files(second, results))
      #expect(images.sha256 == again.sha256 && images.kind == "synthetic" && images.shape == [50, 32, 32, 3])
      #expect(images.epoch == 3 && images.drawing.map(\.commit) == ["c"] && images.learnedImages == 60)
      #expect(try made("c", seed: 1).1.sha256 != images.sha256)
      let curves = try String(contentsOf: first.appending(component: "curves.csv"), encoding: .utf8)
      let losses = curves.split(separator: "\n").dropFirst().compactMap { $0.split(separator: ",").last }
        .compactMap { Double($0) }
      // The first network answers zero: its loss is the target's mean square, near one by construction.
      #expect(losses.count == 3 && abs(losses[0] - 1) < 0.4 && losses[2] < losses[0], "\(losses)")
      let early = try files(first, ["early.safetensors"])
      #expect(try early != files(first, ["last.safetensors"]))
    }
  }

  /// Stopped after every second question whether to, training and drawing end where they would have ended.
  @Test func stoppedAndResumedIsTheSame() throws {
    try withOutput {
      let (whole, _) = try made("whole")
      var stops = 0
      func part(_ body: (GeneratorSession) throws -> Void) throws -> Bool {
        var questions = 0
        let session = try session(
          "parts",
          shouldStop: {
            questions += 1
            return questions == 2
          })
        do {
          try body(session)
          return true
        } catch is Interrupted {
          stops += 1
          return false
        }
      }
      while try !part({ try $0.train() }) {}
      #expect(stops >= 3)
      stops = 0
      while try !part({ _ = try $0.draw(.last, count: 50) }) {}
      #expect(stops == 1)
      let parts = try session("parts").folder
      #expect(try files(whole, results) == files(parts.url, results))
      #expect(try GeneratedImages(contentsOf: parts.provenance(.last, count: 50)).drawing.count == 2)
    }
  }

  /// A generator whose drawing was stopped after two of three batches.
  private func halfDrawn(_ folder: String) throws -> GeneratorSession {
    var batches = 0
    let session = try session(
      folder, shouldStop: { batches == 2 },
      watch: { if case .drawn(_, let count, _) = $0, count > 0 { batches += 1 } })
    try session.train()
    #expect(throws: Interrupted.self) { try session.draw(.last, count: 50) }
    return session
  }

  @Test func damagedImagesAreNotGoneOnWith() throws {
    try withOutput {
      let (_, whole) = try made("whole")
      let folder = try halfDrawn("half").folder
      var bytes = try Data(contentsOf: folder.drawn(.last))
      bytes[7] ^= 1
      try bytes.write(to: folder.drawn(.last))
      let again = try session("half").draw(.last, count: 50)
      #expect(again.sha256 == whole.sha256 && again.drawing.count == 1)
    }
  }

  @Test func bytesThatNobodyVouchesForAreDrawnAgain() throws {
    try withOutput {
      let (_, whole) = try made("whole")
      let folder = try halfDrawn("half").folder
      try (Data(contentsOf: folder.drawn(.last)) + [1, 2, 3]).write(to: folder.drawn(.last))
      let again = try session("half").draw(.last, count: 50)
      #expect(again.sha256 == whole.sha256 && again.drawing.count == 2)
    }
  }

  @Test func finishedWithoutItsWeightsIsToldApart() throws {
    try withOutput {
      let folder = try made("a").0
      try FileManager.default.removeItem(at: folder.appending(component: "early.safetensors"))
      let error = #expect(throws: GeneratorError.self) { try session("a").train() }
      #expect(error == .lostWeights(path: folder.path))
      #expect("\(error!)".contains("--fresh"))
    }
  }

  @Test func imagesOfASmallerCountBeginThoseOfALargerOne() throws {
    try withOutput {
      let session = try session()
      try session.train()
      let other = try self.session("other")
      try other.train()
      let (few, many) = (try other.draw(.last, count: 7), try session.draw(.last, count: 45))
      #expect(try session.draw(.last, count: 7).sha256 == few.sha256)
      let small = try ByteArray(npy: other.folder.images(.last, count: 7))
      let large = try ByteArray(npy: session.folder.images(.last, count: 45))
      #expect(Array(large.bytes.prefix(small.bytes.count)) == small.bytes)
      #expect(few.sha256 != many.sha256 && many.shape[0] == 45)
      for name in ["last-7.png", "last-45.png"] {
        let picture = try Data(contentsOf: session.folder.url.appending(component: name))
        #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]))
      }
      let early = try session.draw(.early, count: 7)
      #expect(early.epoch == 1 && early.sha256 != few.sha256)
    }
  }

  @Test func whatIsThereIsKeptAndADamagedFileIsDrawnAgain() throws {
    try withOutput {
      var kept = 0
      let session = try session(watch: { if case .kept = $0 { kept += 1 } })
      try session.train()
      let first = try session.draw(.last, count: 20)
      let file = session.folder.images(.last, count: 20)
      let bytes = try Data(contentsOf: file)
      #expect(try session.draw(.last, count: 20) == first && kept == 1)
      try (bytes.dropLast() + [bytes.last! ^ 1]).write(to: file)
      #expect(try session.draw(.last, count: 20).sha256 == first.sha256 && kept == 1)
      #expect(try Data(contentsOf: file) == bytes)
    }
  }

  @Test func anotherRecipeIsRefusedUntilFresh() throws {
    try withOutput {
      try session().train()
      #expect(throws: GeneratorError.self) { try session(change: { $0.averageMomentum = 0.5 }) }
      let fresh = try session(isFresh: true, change: { $0.averageMomentum = 0.5 })
      #expect(!FileManager.default.fileExists(atPath: fresh.folder.checkpoint.path))
    }
  }

  @Test func aDamagedOrForeignFileIsRefused() throws {
    try withOutput {
      var stopped = false
      let first = try session(shouldStop: {
        stopped = true; return stopped
      })
      #expect(throws: Interrupted.self) { try first.train() }
      let file = first.folder.checkpoint
      var bytes = try Data(contentsOf: file)
      bytes[bytes.count - 5] ^= 64
      try bytes.write(to: file)
      #expect(throws: ResumeError.self) { try first.train() }
      #expect(throws: CheckpointError.self) { try first.draw(.last, count: 5) }
    }
  }

  @Test func twoProcessesDoNotShareAFolder() throws {
    try withOutput {
      let first = try session()
      #expect(throws: FolderInUse.self) { try session() }
      _ = first.folder
    }
  }

  @Test func theRecipesAreWhatTheDocumentationSays() throws {
    let reduced = try #require(GeneratorRecipe(scale: .reduced))
    #expect(reduced.dataset == DatasetReference.cifar10.scarce(percent: 2))
    #expect(reduced.sampling.evaluations == 35 && reduced.imageCount == 20_000)
    #expect(reduced.plan.epochs == 1_500 && reduced.earlyEpoch == 150)
    #expect(GeneratorRecipe(scale: .paper) == nil)
    var random = Random(seed: 0, stream: "weights")
    let network = UNet(reduced.network, using: &random)
    let documented = try String(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Documentation/Generator.md"), encoding: .utf8)
    let millions = (Double(multiplyAdds(of: network, side: 32)) / 1e5).rounded() / 10
    let parameters = network.parameters.reduce(0) { $0 + $1.shape.count }
    let grouped = String(
      format: "%d,%03d,%03d", parameters / 1_000_000, parameters / 1_000 % 1_000, parameters % 1_000)
    let hasCost = documented.contains("\(millions) million multiply-adds")
    #expect(hasCost, "one pass takes \(millions) million")
    let hasSize = documented.contains("\(grouped) parameters")
    #expect(hasSize, "there are \(grouped)")
  }

  /// Of one pass of one image, from the shapes of the weights and where they are applied; the engine's own count is the
  /// whole process's, other tests included.
  private func multiplyAdds(of network: UNet, side: Int) -> Int {
    let last = network.configuration.multipliers.count - 1
    /// The resolution that a parameter works at: its place among the multipliers.
    func level(_ path: [Substring]) -> Int {
      switch path[0] {
      case "down": min(last, Int(path[1])! + (path[2] == "resampling" ? 1 : 0))
      case "up": last - Int(path[1])!
      case "stem", "output": 0
      default: last
      }
    }
    return network.namedParameters.reduce(0) { sum, named in
      let (path, shape) = (named.name.split(separator: "."), named.parameter.shape)
      if shape.rank == 2 { return sum + shape.count }
      guard shape.rank == 4 else { return sum }
      let positions = (side >> level(path)) * (side >> level(path))
      // Queries by keys and weights by values, where an attention's projection is.
      let attention = path.contains("projection") ? 2 * positions * positions * shape[0] : 0
      return sum + positions * shape.count + attention
    }
  }
}
