import Benchmarking
import CO2Paper
import Pretraining

/// The methods that `repro bench` times from image bytes to updated weights.
let timedMethods: [BenchmarkStep: TimedMethod] = [
  .mocoCO2: TimedMethod(optimizer: .sgd(learningRate: 0.06, momentum: 0.9, weightDecay: 5e-4)) {
    width, batch, random in
    CO2(
      .resNet18(width: width, normalizationGroups: batch % 8 == 0 ? 8 : 1), CO2.Hyperparameters(),
      using: &random)
  },
  .simCLR: TimedMethod(optimizer: .lars(learningRate: 0.1, momentum: 0.9, weightDecay: 1e-4)) {
    width, _, random in
    SimCLR(.resNet18(width: width), SimCLR.Hyperparameters(), using: &random)
  },
]
