import Evaluation
import Foundation
import Harness
import NeuralNetworks
import Pretraining
import Tensors
import Vision

@testable import Claims
@testable import Records

extension ImageCollection {
  /// The images of `dataset`, drawn by the suite, as if they were photographs of CIFAR-10.
  static func photographs(_ dataset: DatasetReference) throws -> ImageCollection {
    let shapes = try dataset.load()
    return ImageCollection(
      pretraining: shapes.pretraining, training: shapes.training, test: shapes.test,
      identity: DataIdentity(name: "cifar10", kind: "jpeg75", digest: "da7a"))
  }
}

/// Colours in, features out: one linear layer over an image's mean colour.
final class TinyEncoder: Encoder {
  let layer: Linear
  let featureCount = 4

  init(using random: inout Random) { layer = Linear(3, 4, using: &random) }

  func callAsFunction(_ images: Tensor) -> Tensor {
    layer(images.converted(to: .float32).globalAverage())
  }

  func featureMap(of images: Tensor) -> Tensor { fatalError("the tiny encoder has no feature map") }
}

/// A method that a whole training takes milliseconds of: two views should agree and be long.
final class TinyMethod: PretrainingMethod, KnowsChance, KnowsFailures {
  struct Hyperparameters: Codable, Sendable, CheckedHyperparameters {
    var pull: Float = 0.5
    var queueLength = 64
    var failsAtStep: Int?
    var ringsAtEpoch: Int?

    func problem(with plan: TrainingPlan) -> String? {
      queueLength < plan.batchSize
        ? "queueLength \(queueLength) is smaller than a batch of \(plan.batchSize)" : nil
    }
  }

  let network: TinyEncoder
  let stepCount = Statistic(Tensor([0], shape: [1]))
  let hyperparameters: Hyperparameters
  var encoder: any Encoder { network }
  let augmentations: [Augmentation] = [[], []]

  init(_ hyperparameters: Hyperparameters, using random: inout Random) {
    self.hyperparameters = hyperparameters
    network = TinyEncoder(using: &random)
  }

  func chanceLevels(batchSize: Int) -> [String: Double] { ["agreement": 1_000] }

  func failure(after means: [String: [Double]]) -> String? {
    guard let epoch = hyperparameters.ringsAtEpoch, means["agreement", default: []].count >= epoch else {
      return nil
    }
    return "agreement was told for \(means["agreement"]!.count) epochs"
  }

  func loss(of batch: Batch, at progress: TrainingProgress) -> Loss {
    let (a, b) = (network(batch.views[0].images), network(batch.views[1].images))
    let agreement = ((a - b) * (a - b)).mean()
    let length = (a * a).mean()
    let spoil: Float = hyperparameters.failsAtStep == progress.step ? .nan : 1
    return Loss(
      spoil * (agreement + hyperparameters.pull * length), terms: ["agreement": agreement, "length": length])
  }

  func didUpdate(at progress: TrainingProgress) {
    stepCount.value = stepCount.value + Tensor([1], shape: [1])
  }
}

/// The mean of the encoder's weights: depends on every step that was taken.
struct WeightMean: Evaluation {
  let name: String

  func measure(_ candidate: Candidate) throws -> Measured {
    let encoder = candidate.encoder as! TinyEncoder
    return Measured([
      Score(metric: "mean", value: Double(encoder.layer.weight.constant.mean().item), count: 1)
    ])
  }
}

/// An experiment on procedural images whose arms run in a moment.
struct TinyExperiment: Experiment {
  static let name = "tiny-shapes"
  static let paper = Paper(
    "Tiny", authors: "Nobody", venue: "Nowhere 2000", arXiv: "0000.00000", folder: "tiny")
  static let cost = "nothing"
  static let version = 1

  var dataset = DatasetReference.shapes.first(32)
  var epochs = 3
  var evaluations: [any Evaluation] = [WeightMean(name: "weights-v1"), WeightMean(name: "again-v1")]
  var failsAtStep: Int?
  var ringsAtEpoch: Int?
  /// The classes of a further arm, where there is one.
  var classes: ClassHalf?
  let claims = [
    Claim(
      "Pulling harder shortens features.",
      [Comparison("Hard pull", over: "Soft pull", evaluation: "weights-v1", metric: "mean")],
      because: "it is a test", looks: Looks([2, 4]))
  ]
  /// What is tried before anything is recorded, where something is.
  var tuning: TuningGrid?
  let tables: [PaperTable] = []

  init(scale: Scale = .smoke) {}

  var arms: [Arm] {
    [
      arm("Soft pull", pull: 0.1), arm("Hard pull", pull: 0.9),
      arm("Untrained", pull: 0, role: .reference, epochs: 0),
    ] + (classes.map { [arm("Some classes", pull: 0.1, role: .exploratory, classes: $0)] } ?? [])
  }

  private func arm(
    _ name: String, pull: Float, role: Arm.Role = .headline, epochs: Int? = nil, classes: ClassHalf? = nil
  ) -> Arm {
    let plan = TrainingPlan(
      epochs: epochs ?? self.epochs, batchSize: 8, optimizer: .sgd(learningRate: 0.03), schedule: .constant,
      precision: .float32)
    return Arm(
      name, role: role,
      hyperparameters: TinyMethod.Hyperparameters(
        pull: pull, failsAtStep: failsAtStep, ringsAtEpoch: ringsAtEpoch),
      plan: plan, pretrainingClasses: classes
    ) { TinyMethod($0, using: &$1) }
  }
}

/// A folder that is gone after the test.
struct TemporaryFolder: ~Copyable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(component: "harness-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}

/// What a test throws where a process would be killed: nothing of the harness expects it.
struct Killed: Error {}

extension Runner {
  /// Runs `experiment` under `output`.
  static func tiny(
    _ experiment: TinyExperiment = TinyExperiment(), seeds: [UInt64] = [0], arms: [String] = [],
    overrides: [Override] = [], output: URL, threads: Int = 1, isFresh: Bool = false,
    anyInstructionSet: Bool = false,
    watch: @escaping (RunEvent) throws -> Void = { _ in }, shouldStop: @escaping () -> Bool = { false }
  ) throws -> Runner {
    let arms = try Arm.applying(overrides, to: experiment.arms(named: arms))
    var request = Request(
      scale: .smoke, arms: arms, seeds: seeds, dataset: experiment.dataset, overrides: overrides,
      output: output,
      threads: threads, isFresh: isFresh)
    request.allowsAnyInstructionSet = anyInstructionSet
    return Runner(
      experiment, request, images: try experiment.dataset.load(from: output, acceptingDigest: false),
      source: SourceState(commit: "0123456789abcdef", changedFiles: []), shouldStop: shouldStop, watch: watch)
  }
}
