import CO2Paper
import NeuralNetworks
import TestSupport
import Testing
import Vision

@testable import Harness
@testable import Pretraining
@testable import Tensors

@Suite struct MoCoTests {
  private func hyperparameters(_ change: (inout MoCo.Hyperparameters) -> Void = { _ in })
    -> MoCo.Hyperparameters
  {
    var hyperparameters = MoCo.Hyperparameters()
    (hyperparameters.queueLength, hyperparameters.embeddingDimension) = (64, 16)
    hyperparameters.keyMomentum = 0.9
    change(&hyperparameters)
    return hyperparameters
  }

  private func losses(of method: any PretrainingMethod) throws -> [Float] {
    let plan = TrainingPlan(
      epochs: 2, batchSize: 32, optimizer: .sgd(learningRate: 0.06, momentum: 0.9, weightDecay: 5e-4),
      schedule: .cosine(), precision: .float32)
    let trainer = try Pretrainer(
      method: method, plan: plan, images: Shapes.images(96, seed: 0, stream: "test"),
      standardization: .shapes, seed: 0)
    return try (0..<6).map { _ in try trainer.step().loss }
  }

  /// CO2 without its own term is this method, bit for bit.
  @Test func isCO2WithoutConsistency() throws {
    var (co2, random) = (CO2.Hyperparameters(), Random(seed: 7, stream: "weights"))
    (co2.queueLength, co2.embeddingDimension, co2.temperature) = (64, 16, 0.2)
    (co2.keyMomentum, co2.consistencyWeight) = (0.9, 0)
    let network = ResNet.Configuration.resNet18(width: 4, normalizationGroups: 4)
    let reference = CO2(network, co2, using: &random)
    random = Random(seed: 7, stream: "weights")
    let method = MoCo(network, hyperparameters { $0.blurProbability = 0 }, using: &random)
    #expect(try losses(of: method) == losses(of: reference))
    #expect(method.encoder.namedState.map(\.name) == reference.encoder.namedState.map(\.name))
    for (a, b) in zip(method.encoder.namedState, reference.encoder.namedState) {
      #expect(a.state.value.floats == b.state.value.floats, "\(a.name)")
    }
  }

  @Test func everyParameterOfTheQueryNetworkIsTrainedAndNoOther() {
    var random = Random(seed: 0, stream: "weights")
    let method = MoCo(.resNet18(width: 4), hyperparameters(), using: &random)
    let batch = pairedViews(8)
    let start = TrainingProgress(step: 0, steps: 4, epoch: 0, epochs: 1)
    let (loss, gradients) = withGradients(of: method.parameters) { method.loss(of: batch, at: start) }
    #expect(method.namedParameters.allSatisfy { $0.name.hasPrefix("online.") })
    for (name, parameter) in method.namedParameters {
      #expect(gradients[parameter]?.floats.contains { $0 != 0 } == true, "\(name) has no gradient")
    }
    #expect(loss.total.item > 0)
    #expect(abs(method.chanceLevels(batchSize: 8)["instance"]! - 4.174387) < 1e-5, "ln 65")
  }

  @Test func viewsAreVersionTwosUnlessOthersAreGiven() {
    var random = Random(seed: 0, stream: "weights")
    let own = MoCo(.resNet18(width: 4), hyperparameters(), side: 96, using: &random).augmentations
    let blurs = own.map { $0.steps.compactMap { $0 as? GaussianBlur }.first }
    #expect(blurs.allSatisfy { $0?.probability == 0.5 && $0?.kernel == 9 })
    #expect(own.map { $0.outputSize(height: 40, width: 50).width } == [96, 96])
    let views: [Augmentation] = [[RandomCrop(padding: 1)], [HorizontalFlip()]]
    let given = MoCo(.resNet18(width: 4), hyperparameters(), views: views, using: &random).augmentations
    #expect(given.map(\.steps.count) == [1, 1] && given[0].steps[0] is RandomCrop)
  }

  @Test func impossibleConstantsAreRefusedWithWhatIsWrong() {
    let plan = TrainingPlan(
      epochs: 1, batchSize: 64, optimizer: .sgd(learningRate: 0.1), schedule: .constant)
    #expect(hyperparameters().problem(with: plan) == nil)
    let cases: [(String, (inout MoCo.Hyperparameters) -> Void)] = [
      ("a queue of 32 keys is smaller than a batch of 64", { $0.queueLength = 32 }),
      ("queueLength is at most", { $0.queueLength = 1 << 25 }),
      ("temperature is positive", { $0.temperature = .nan }), ("keyMomentum", { $0.keyMomentum = 1.5 }),
      ("embeddingDimension", { $0.embeddingDimension = 0 }), ("smallestCrop", { $0.smallestCrop = 0 }),
      ("blurProbability", { $0.blurProbability = -1 }),
    ]
    for (start, change) in cases {
      #expect(hyperparameters(change).problem(with: plan)?.hasPrefix(start) == true, "\(start)")
    }
  }
}
