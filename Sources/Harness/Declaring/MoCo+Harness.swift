import Foundation
import Pretraining

extension MoCo: KnowsChance {
  /// ln(K + 1), where a query is as near to every queued key as to its own.
  public func chanceLevels(batchSize: Int) -> [String: Double] {
    ["instance": log(Double(hyperparameters.queueLength + 1))]
  }
}

extension MoCo.Hyperparameters: CheckedHyperparameters {
  public func problem(with plan: TrainingPlan) -> String? {
    if let problem = NegativeQueue.problem(length: queueLength, batchSize: plan.batchSize) { return problem }
    if !(temperature > 0) { return "temperature is positive, not \(temperature)" }
    if !(0...1).contains(keyMomentum) { return "keyMomentum lies within 0...1, not at \(keyMomentum)" }
    if embeddingDimension < 1 { return "embeddingDimension is at least 1, not \(embeddingDimension)" }
    if !(0...1).contains(blurProbability) {
      return "blurProbability lies within 0...1, not at \(blurProbability)"
    }
    return smallestCrop > 0 && smallestCrop <= 1
      ? nil : "smallestCrop lies above 0 and is at most 1, not \(smallestCrop)"
  }
}
