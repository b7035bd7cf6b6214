import NeuralNetworks
import Pretraining

extension ResNet.Configuration: CheckedHyperparameters {
  public func problem(with plan: TrainingPlan) -> String? {
    if !(1...1_024).contains(width) { return "width lies within 1...1024, not at \(width)" }
    if blocks.count != 4 || !blocks.allSatisfy((0...1_000).contains) {
      return "blocks are four numbers within 0...1000, not \(blocks)"
    }
    if let strides, strides.count != 4 || !strides.allSatisfy((1...4).contains) {
      return "strides are four numbers within 1...4, not \(strides)"
    }
    if firstWeights == .zero { return "a network of zeros does not learn: firstWeights is another rule" }
    if normalizationGroups < 1 || !plan.batchSize.isMultiple(of: normalizationGroups) {
      return
        "a batch of \(plan.batchSize) images cannot be normalized in \(normalizationGroups) groups of equal size: "
        + "change plan.batchSize or normalizationGroups"
    }
    return nil
  }
}

extension Supervised.Hyperparameters: CheckedHyperparameters {
  public func problem(with plan: TrainingPlan) -> String? {
    padding < 0 ? "padding is at least 0, not \(padding)" : nil
  }
}
