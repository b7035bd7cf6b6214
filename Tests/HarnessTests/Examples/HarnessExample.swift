import Evaluation
import Harness
import NeuralNetworks
import Pretraining
import Testing
import Vision

struct TemperatureOnShapes: Experiment {
  static let name = "temperature-shapes"
  static let paper = Paper(
    "A Simple Framework for Contrastive Learning of Visual Representations",
    authors: "Chen, Kornblith, Norouzi, Hinton", venue: "ICML 2020", arXiv: "2002.05709",
    folder: "simclr")
  static let cost = "seconds"
  static let version = 1

  let dataset = DatasetReference.shapes.first(64)
  let evaluations: [any Evaluation] = [NearestNeighbors()]
  let tables: [PaperTable] = []
  let claims = [
    Claim(
      "A low temperature improves features.",
      [Comparison("τ 0.1", over: "τ 1", evaluation: "knn-v1")], because: "it is an example")
  ]

  init(scale: Scale) {}

  var arms: [Arm] { [arm("τ 1", 1), arm("τ 0.1", 0.1)] }

  private func arm(_ name: String, _ temperature: Float) -> Arm {
    var method = SimCLR.Hyperparameters()
    method.temperature = temperature
    let plan = TrainingPlan(
      epochs: 2, batchSize: 32, optimizer: .sgd(learningRate: 0.03), schedule: .cosine())
    return Arm(
      name, hyperparameters: NetworkAndMethod(ResNet.Configuration.resNet18(width: 4), method),
      plan: plan
    ) { constants, seen, random in
      SimCLR(constants.network, constants.method, side: seen?.side ?? 32, using: &random)
    }
  }
}

struct HarnessExample {
  @Test func thePagesExampleRuns() throws {
    let experiment = TemperatureOnShapes(scale: .smoke)
    for arm in experiment.arms { try arm.check(imageCount: 64) }
    #expect(TemperatureOnShapes.claim == "A low temperature improves features.")
  }
}
