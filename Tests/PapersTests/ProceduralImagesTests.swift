import CO2Paper
import Evaluation
import NeuralNetworks
import Pretraining
import Tensors
import Testing
import Vision

/// The built-in images stand in for real ones only if a method can learn from them.
@Suite struct ProceduralImagesTests {
  private let known = Shapes.images(3_000, seed: 0, stream: "shapes.training")
  private let asked = Shapes.images(1_000, seed: 0, stream: "shapes.test")

  private func accuracy(_ encoder: any Encoder) throws -> Double {
    let candidate = Candidate(
      encoder: encoder, training: known, test: asked, standardization: .shapes, dataType: .float32, seed: 0)
    return try NearestNeighbors(k: [20]).evaluate(candidate)[0].value
  }

  /// 1,000 answers have a standard error of 1.3 points at these accuracies; the margin is five times the error of
  /// a difference, and about half of what is found.
  @Test func selfSupervisedFeaturesBeatARandomEncoders() throws {
    var hyperparameters = CO2.Hyperparameters()
    hyperparameters.queueLength = 512
    hyperparameters.consistencyWeight = 0
    var random = Random(seed: 0, stream: "weights")
    let method = CO2(.resNet18(width: 8, normalizationGroups: 4), hyperparameters, using: &random)
    let untrained = try accuracy(method.encoder)
    let plan = TrainingPlan(
      epochs: 8, batchSize: 64, optimizer: .sgd(learningRate: 0.06, momentum: 0.9, weightDecay: 5e-4),
      schedule: .cosine(), precision: .float32)
    let trainer = try Pretrainer(
      method: method, plan: plan, images: known, standardization: .shapes, seed: 0)
    while !trainer.isFinished { try trainer.step() }
    let trained = try accuracy(method.encoder)
    print("kNN on procedural images: \(trained) after training, \(untrained) before")
    #expect(trained > untrained + 10, "\(trained) % after training, \(untrained) % before")
  }
}
