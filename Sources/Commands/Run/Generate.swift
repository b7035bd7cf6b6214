import ArgumentParser
import Foundation
import Generation
import Harness
import Tensors
import Vision

/// `repro generate`: trains a diffusion model on a few images and draws many from it.
struct Generate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a diffusion model on a few images, draw many from it, and say how good they are.",
    discussion: """
      Interrupted, the same command goes on; images that are there already are kept. What is written, and what it costs: \
      Documentation/Generator.md.
      """)

  /// Which weights images are drawn with.
  enum Weights: String, ExpressibleByArgument, CaseIterable {
    case last, early, both

    var qualities: [GeneratorQuality] {
      switch self {
      case .last: [.last]
      case .early: [.early]
      case .both: [.last, .early]
      }
    }
  }

  @Option(
    help: "How much of it: smoke (seconds) or reduced (the default: an hour).",
    transform: ExperimentOptions.scale)
  var scale = Scale.reduced

  @Option(help: "What decides everything random.")
  var seed: UInt64 = 0

  @Option(help: "How many images to draw (default: 20000, at smoke scale 40).")
  var count: Int?

  @Option(
    help: "Whose images are learned: cifar10 (the default), cifar100 or shapes.", transform: DataCommand.name)
  var data = DatasetReference.Name.cifar10

  @Option(
    help: "Draw with the weights at the end of the training, with deliberately early ones, or with both.")
  var quality = Weights.last

  @Option(
    help: "Measure in the features of this finished run's encoder instead of a random network's.",
    completion: .directory)
  var features: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var files: DataOptions
  @OptionGroup var pool: ThreadOptions
  @OptionGroup var ending: EndingOptions

  @Flag(help: "Fail rather than go on with synthetic images when the real ones cannot be had.")
  var realDataOnly = false

  @Flag(help: "Delete what this generator has left and begin anew.")
  var fresh = false

  @Flag(help: "Add the images' digest, recipe and quality (not the images) to Results/, to be committed.")
  var record = false

  @Flag(help: "Print the outcome as JSON.")
  var json = false

  func validate() throws {
    if scale == .paper {
      throw ValidationError(
        "there is no generator at paper scale: take a published set of images, which an experiment reads as a file"
      )
    }
    guard [.cifar10, .cifar100, .shapes].contains(data) else {
      throw ValidationError(
        "--data is \(data.rawValue), but there are generators of only cifar10, cifar100 and shapes")
    }
    if let count, !(1...10_000_000).contains(count) {
      throw ValidationError("--count is \(count), but must lie within 1...10000000")
    }
  }

  func run() async throws {
    try await Failure.reported {
      let root = record ? try Project.requiredRoot() : nil
      ending.listen()
      let space = try features.map { try FeatureSpace(ofRunIn: URL(fileURLWithPath: $0, isDirectory: true)) }
      let learned = try await LearnedImages.find(
        data, scale: scale, in: files.source(isRealDataOnly: realDataOnly))
      pool.startPool()
      let progress = GeneratorProgress(batchSize: learned.recipe.plan.batchSize)
      let session = try GeneratorSession(
        GeneratorIdentity(
          scale: learned.scale, recipe: learned.recipe, seed: seed,
          dataDigest: learned.images.identity.digest),
        images: learned.images.pretraining, data: learned.images.identity, output: output.directory,
        source: .built, isFresh: fresh, watch: { progress.show($0) })
      Console.note(introduction(session, learned))
      try session.train()
      var drawn: [GeneratedImages] = []
      for quality in quality.qualities {
        var images = try session.draw(quality, count: count ?? learned.recipe.imageCount)
        try session.measure(
          &images, unseen: learned.images.test, in: space ?? .random(at: learned.scale),
          limit: learned.scale == .smoke ? 100 : 10_000)
        if !json { Console.result(GeneratorReport.lines(images, in: session.folder)) }
        if let root { try await record(images, of: session, root) }
        drawn.append(images)
      }
      if json { try Console.json(drawn) }
    }
  }

  private func record(_ images: GeneratedImages, of session: GeneratorSession, _ root: URL) async throws {
    let lock = try await RecordLock(root: root) { Console.note($0) }
    defer { withExtendedLifetime(lock) {} }
    let sheet = session.folder.picture("\(images.quality.rawValue)-\(images.shape[0])")
    Console.note("recorded: \(try GeneratorRecord.add(images, shownBy: sheet, root: root).path)")
  }

  private func introduction(_ session: GeneratorSession, _ learned: LearnedImages) -> String {
    let (plan, identity) = (learned.recipe.plan, learned.images.identity)
    return """
      generator \(session.identity.digest)
        scale   \(learned.scale.rawValue)
        images  \(learned.images.pretraining.count) of \(identity.name) (\(identity.kind))
        plan    \(plan.epochs) epochs in batches of \(plan.batchSize), early weights after \(learned.recipe.earlyEpoch)
        output  \(session.folder.url.path)
        threads \(WorkerPool.threads)
      """
  }
}

/// The images that a generator learns, and what to know about them.
struct LearnedImages {
  let images: ImageCollection
  let recipe: GeneratorRecipe
  let scale: Scale

  /// The images of `name` in `source`; where they cannot be had and need not be real, the suite's own at smoke scale.
  ///
  /// Throws a `DataError` for files that cannot be trusted, and a `DownloadError`.
  static func find(
    _ name: DatasetReference.Name, scale: Scale, in source: ImageSource
  ) async throws -> LearnedImages {
    func load(_ name: DatasetReference.Name, _ scale: Scale) throws -> LearnedImages {
      guard let recipe = GeneratorRecipe(scale: scale, data: name) else {
        throw ValidationError("there is no generator at \(scale.rawValue) scale")
      }
      let images = try recipe.dataset.load(
        from: source.directory, acceptingDigest: source.acceptsAnyDigest)
      return LearnedImages(images: images, recipe: recipe, scale: scale)
    }
    return try await source.finding(
      name, { try load(name, scale) },
      otherwise: { reason in
        Console.warning(
          "The images of \(name.rawValue) could not be had: \(reason) The generator therefore learns procedural images that "
            + "the suite draws itself, at smoke scale: all it writes is marked synthetic.")
        return try load(.shapes, .smoke)
      })
  }
}
