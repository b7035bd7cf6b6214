import Pretraining
import Tensors
import Testing
import Vision

/// The example of the page about `Pretraining`.
struct PretrainingExample {
  @Test func runs() throws {
    let images = try DatasetReference.shapes.first(32).load()
    var random = Random(seed: 0, stream: "weights")
    var constants = SimCLR.Hyperparameters()
    constants.temperature = 0.2
    let method = SimCLR(.resNet18(width: 4), constants, side: 16, using: &random)
    let plan = TrainingPlan(
      epochs: 1, batchSize: 16, optimizer: .sgd(learningRate: 0.03), schedule: .cosine())
    let pretrainer = try Pretrainer(
      method: method, plan: plan, images: images.pretraining, standardization: .shapes, seed: 0)
    try pretrainer.runEpoch { step in print(step.progress.step, step.loss) }
    #expect(pretrainer.isFinished && pretrainer.progress.step == 2)
  }
}
