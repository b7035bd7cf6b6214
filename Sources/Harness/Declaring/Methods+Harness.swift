import Foundation
import Pretraining

extension BYOL: KnowsChance {
  /// 4, two regressions of 2 each, where what is predicted is at a right angle to what should have been. Being far below
  /// is no success in itself: at 0 all images may have become one.
  public func chanceLevels(batchSize: Int) -> [String: Double] { ["regression": 4] }

  public func lossBounds(batchSize: Int) -> [String: ClosedRange<Double>] { ["regression": 0...8] }
}

extension Supervised: KnowsChance {
  /// ln C, where every class is as likely as any other.
  public func chanceLevels(batchSize: Int) -> [String: Double] {
    ["cross-entropy": log(Double(classifier.weight.shape[0]))]
  }
}

extension BYOL.Hyperparameters: CheckedHyperparameters {
  public func problem(with plan: TrainingPlan) -> String? {
    if plan.batchSize < 2 { return "one image has no batch statistics: raise plan.batchSize" }
    if !(0...1).contains(firstTargetMomentum) {
      return "firstTargetMomentum lies within 0...1, not at \(firstTargetMomentum)"
    }
    if hiddenDimension < 1 { return "hiddenDimension is at least 1, not \(hiddenDimension)" }
    return embeddingDimension < 1 ? "embeddingDimension is at least 1, not \(embeddingDimension)" : nil
  }
}

extension BarlowTwins: KnowsChance {
  /// D, where no component of a view tells anything of the other view's.
  public func chanceLevels(batchSize: Int) -> [String: Double] {
    ["invariance": Double(hyperparameters.embeddingDimension)]
  }
}

extension BarlowTwins.Hyperparameters: CheckedHyperparameters {
  public func problem(with plan: TrainingPlan) -> String? {
    if plan.batchSize < 2 { return "one image has no correlations: raise plan.batchSize" }
    if !(redundancyWeight >= 0) { return "redundancyWeight is not negative, but \(redundancyWeight)" }
    if !(scale > 0) { return "scale is positive, not \(scale)" }
    if hiddenDimension < 1 { return "hiddenDimension is at least 1, not \(hiddenDimension)" }
    return (1...16_384).contains(embeddingDimension)
      ? nil : "embeddingDimension lies within 1...16384, not at \(embeddingDimension)"
  }
}
