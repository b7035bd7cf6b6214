import Recipes
import Testing

/// The example of the page about `Recipes`.
struct RecipesExample {
  @Test func runs() {
    var plan = TrainingPlan(
      epochs: 20, batchSize: 256,
      optimizer: .sgd(learningRate: 0.06, momentum: 0.9, weightDecay: 5e-4),
      schedule: .cosine(warmupEpochs: 1))
    plan.epochs = 200
    print(plan.epochs * plan.stepsPerEpoch(over: 50_000))  // 39000
    #expect(plan.epochs * plan.stepsPerEpoch(over: 50_000) == 39_000)
  }
}
