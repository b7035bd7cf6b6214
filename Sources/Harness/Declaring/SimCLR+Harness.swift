import Foundation
import Pretraining

extension SimCLR: KnowsChance {
  public func chanceLevels(batchSize: Int) -> [String: Double] {
    ["contrast": log(Double(2 * batchSize - 1))]
  }
}

extension SimCLR.Hyperparameters: CheckedHyperparameters {
  public func problem(with plan: TrainingPlan) -> String? {
    if plan.batchSize < 2 { return "one image in a batch has no negatives: raise plan.batchSize" }
    if !(temperature > 0) { return "temperature is positive, not \(temperature)" }
    if embeddingDimension < 1 { return "embeddingDimension is at least 1, not \(embeddingDimension)" }
    if !(smallestCrop > 0 && smallestCrop <= 1) {
      return "smallestCrop lies above 0 and is at most 1, not \(smallestCrop)"
    }
    if !(0...2.5).contains(colorStrength) {
      return "colorStrength lies within 0...2.5, where hues turn by half, not at \(colorStrength)"
    }
    if !(0...1).contains(grayscaleProbability) {
      return "grayscaleProbability lies within 0...1, not at \(grayscaleProbability)"
    }
    return (0...1).contains(blurProbability)
      ? nil : "blurProbability lies within 0...1, not at \(blurProbability)"
  }
}
