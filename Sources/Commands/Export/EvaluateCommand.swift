import ArgumentParser
import Evaluation
import Foundation
import Harness
import NeuralNetworks
import Tensors
import Vision

/// `repro evaluate`: anybody's weights by the suite's evaluations.
struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract:
      "Measure the network in a file of weights, whoever trained it: kNN, linear probe, few labels, dense tasks.",
    discussion: """
      The file: safetensors or a PyTorch archive, of which nothing is executed, with a residual network under names of \
      torchvision, solo-learn or lightly. What is measured lies as `foreign` under the folder of runs, apart from them: no \
      table and no record reads it.
      """)

  @Argument(help: "The file of weights.", completion: .file())
  var file: String

  @Option(help: "The data set to measure on, e.g. cifar10.", transform: DataCommand.name)
  var on: DatasetReference.Name?

  @Option(
    name: .customLong("evaluations"),
    help: "Measure by these, e.g. knn-v1,semi-supervised-10-v1 (default: knn-v1,linear-v1).",
    transform: ArmOptions.names)
  var evaluationLists: [[String]] = []

  @OptionGroup var reading: NetworkFileOptions

  @Option(help: "Learn from the first so many training images only.")
  var limit: Int?

  @Flag(help: "Print the outcome as JSON.")
  var json = false

  @OptionGroup var own: OwnImagesOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var pool: ThreadOptions

  func validate() throws {
    guard (on == nil) != (own.images == nil) else {
      throw ValidationError("name the images to measure on, either with --on DATASET or with --images FOLDER")
    }
    if let limit, limit < 1 { throw ValidationError("--limit is \(limit), but must be at least 1") }
  }

  func run() async throws {
    try await Failure.reported {
      let names = evaluationLists.flatMap { $0 }
      let evaluations = try ForeignEvaluations.named(names.isEmpty ? ForeignEvaluations.usual : names)
      let weights = try ForeignWeights(contentsOf: URL(fileURLWithPath: file), prefix: reading.prefix)
      pool.startPool()
      let (dataset, images) = try await images()
      let colors =
        reading.colors?.standardization ?? weights.standardization ?? images.standardization(of: dataset)
      var result = ForeignResult(
        weights, file: file, dataset: dataset, data: images.identity, standardization: colors,
        threads: WorkerPool.threads, source: .built)
      Console.note(
        introduction(weights, images, isColorTold: reading.colors != nil || weights.standardization != nil))
      try measure(weights.encoder, evaluations, on: images, colors, into: &result)
      let url = result.url(under: output.directory)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try writeAtomically(try ReadableJSON.data(result) + Data("\n".utf8), to: url)
      if json { try Console.json(result) } else { Console.result(table(of: result)) }
      Console.note("foreign: \(url.path)")
    }
  }

  private func images() async throws -> (DatasetReference, ImageCollection) {
    let source = data.source(isRealDataOnly: true)
    if let folder = own.folder {
      let part = folder.reference(like: DatasetReference(.images, limit: limit))
      return (part, try folder.load(part, cache: data.directory) { Console.note($0) })
    }
    let dataset = DatasetReference(on!, limit: limit)
    let images = try await source.finding(dataset.name) {
      try dataset.load(from: data.directory, acceptingDigest: data.acceptDigest)
    } otherwise: { reason in
      throw RunProblem("there are no images of \(dataset.name.rawValue): \(reason)")
    }
    return (dataset, images)
  }

  private func measure(
    _ encoder: ResNet, _ evaluations: [any Evaluation], on images: ImageCollection,
    _ colors: Standardization, into result: inout ForeignResult
  ) throws {
    let candidate = Candidate(
      encoder: encoder, training: images.training, test: images.test, segmentation: images.frames,
      standardization: colors)
    for evaluation in evaluations {
      guard evaluation.isPossible(on: images), !images.test.labels.isEmpty || images.frames != nil else {
        throw RunProblem("\(evaluation.name) asks about something that \(images.identity.name) does not have")
      }
      Console.note("measuring \(evaluation.name) …")
      result.scores += try evaluation.measure(candidate).scores.map {
        ForeignResult.Score(evaluation: evaluation.name, metric: $0.metric, value: $0.value, count: $0.count)
      }
    }
  }

  private func introduction(
    _ weights: ForeignWeights, _ images: ImageCollection, isColorTold: Bool
  ) -> String {
    let configuration = weights.encoder.configuration
    return """
      \(file): \(configuration.architecture), width \(configuration.width), \(configuration.stem.rawValue) stem, \
      \(weights.encoder.featureCount) features\(weights.prefix.isEmpty ? "" : ", behind “\(weights.prefix)”")\
      \(weights.unused == 0 ? "" : "; \(weights.unused) other tensors passed over")
      on \(images.training.count) and \(images.test.count) images of \(images.identity.name) \
      (\(images.identity.kind)), \(images.training.height) × \(images.training.width) pixels\
      \(isColorTold ? "" : "; the file does not say which colours it expects: those of the data set (or --colors NAME)")
      """
  }

  private func table(of result: ForeignResult) -> String {
    MarkdownTable(
      header: ["evaluation", "metric", "value", "images"],
      rows: result.scores.map {
        [$0.evaluation, $0.metric, String(format: "%.2f", $0.value), "\($0.count)"]
      }, alignments: [.leading, .leading, .trailing, .trailing]
    ).render()
  }
}
