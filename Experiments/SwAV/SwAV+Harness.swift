import Foundation
import Harness
import Pretraining

extension SwAV: KnowsChance {
  /// ln K, where every crop is assigned to every prototype alike.
  public func chanceLevels(batchSize: Int) -> [String: Double] {
    ["swapped-prediction": log(Double(hyperparameters.prototypeCount))]
  }
}

extension SwAV: KnowsFailures {
  /// Below which part of the prototypes that could be in use the others count as empty, and for how many passes in a row.
  private static let (smallestOccupancy, patience) = (0.1, 3)

  public func failure(after means: [String: [Double]]) -> String? {
    emptyPrototypes(means["prototype-occupancy"] ?? []) ?? earlyQueue(means["swapped-prediction"] ?? [])
  }

  private func emptyPrototypes(_ occupancy: [Double]) -> String? {
    let latest = occupancy.suffix(Self.patience)
    guard latest.count == Self.patience, latest.allSatisfy({ $0 < Self.smallestOccupancy }) else {
      return nil
    }
    let part = String(format: "%.1f", 100 * latest.last!)
    return
      "for \(Self.patience) epochs only \(part) % of the prototypes that could be are the nearest of some image, the "
      + "others are empty: lower prototypeCount (\(hyperparameters.prototypeCount)) or epsilon, or raise frozenEpochs, "
      + "plan.batchSize or queueLength"
  }

  /// The loss should fall when the queue is first read; where it rises and stays above, its features were too old.
  private func earlyQueue(_ losses: [Double]) -> String? {
    // The first whole pass that reads it.
    let start = Int(hyperparameters.queueStartEpoch.rounded(.up))
    guard hyperparameters.queueLength > 0, start > 0, losses.count == start + 2 else { return nil }
    let (before, after) = (losses[start - 1], losses[start...])
    guard after.allSatisfy({ $0 > 1.01 * before }) else { return nil }
    let numbers = ([before] + after).map { String(format: "%.3f", $0) }
    return
      "the loss rose from \(numbers[0]) to \(numbers[1]) and \(numbers[2]) when the queue was first read, in epoch "
      + "\(start + 1): the queue starts too early or is too long; raise queueStartEpoch or lower queueLength"
  }
}

extension SwAV.Hyperparameters: CheckedHyperparameters {
  public func problem(with plan: TrainingPlan) -> String? {
    assignmentProblem(batchSize: plan.batchSize) ?? milestoneProblem(epochs: plan.epochs) ?? rangeProblem
      ?? large.problem("large")
      ?? small.problem("small")
  }

  /// What keeps prototypes from getting equal shares.
  private func assignmentProblem(batchSize: Int) -> String? {
    if batchSize < 2 { return "one image in a batch leaves nothing to assign: raise plan.batchSize" }
    if prototypeCount < 2 { return "prototypeCount is at least 2, not \(prototypeCount)" }
    if queueLength < 0 { return "queueLength is not negative: set it to 0 for no queue" }
    if queueLength > 0 && queueLength < batchSize {
      return
        "queueLength is \(queueLength), less than a batch of \(batchSize): raise it to \(batchSize) or more, or set "
        + "it to 0 for no queue"
    }
    let samples = batchSize + queueLength
    if prototypeCount > samples {
      return
        "prototypeCount is \(prototypeCount), more than the \(batchSize) images and \(queueLength) queued features "
        + "that share them: lower it to \(samples) or less, or raise plan.batchSize or queueLength"
    }
    return nil
  }

  /// What would begin too early, or never.
  private func milestoneProblem(epochs: Int) -> String? {
    if !(frozenEpochs >= 0) { return "frozenEpochs is not negative" }
    if epochs == 0 { return nil }  // left untrained on purpose
    if learnsPrototypes && frozenEpochs >= Float(epochs) {
      return
        "frozenEpochs is \(frozenEpochs.inWords) of \(epochs), so that prototypes are never trained: lower it below "
        + "plan.epochs, or set learnsPrototypes to false"
    }
    guard queueLength > 0 else { return nil }
    if !(queueStartEpoch > 0) {
      return
        "queueStartEpoch is \(queueStartEpoch.inWords), when the queue holds features of an untrained network: raise it to 1 "
        + "or more, or set queueLength to 0"
    }
    if queueStartEpoch >= Float(epochs) {
      return
        "queueStartEpoch is \(queueStartEpoch.inWords) of \(epochs), so that the queue is never read: lower it below "
        + "plan.epochs, or set queueLength to 0"
    }
    return nil
  }

  private var rangeProblem: String? {
    if !(temperature > 0) { return "temperature is positive, not \(temperature)" }
    if !(epsilon > 0) { return "epsilon is positive, not \(epsilon)" }
    if sinkhornIterations < 1 { return "sinkhornIterations is at least 1, not \(sinkhornIterations)" }
    if hiddenDimension < 1 { return "hiddenDimension is at least 1, not \(hiddenDimension)" }
    if embeddingDimension < 1 { return "embeddingDimension is at least 1, not \(embeddingDimension)" }
    return smallCount < 0 ? "smallCount is not negative, but \(smallCount)" : nil
  }
}

extension SwAV.Crops {
  /// What makes the crops called `name` impossible, in one sentence; `nil` when nothing does.
  fileprivate func problem(_ name: String) -> String? {
    if side < 2 { return "\(name).side is at least 2 pixels, not \(side)" }
    if !(smallest > 0 && smallest <= largest && largest <= 1) {
      return
        "\(name).smallest and \(name).largest are rising parts of the image, not \(smallest) and \(largest)"
    }
    if !(colorStrength >= 0) { return "\(name).colorStrength is not negative, but \(colorStrength)" }
    if !(0...0.5).contains(hueStrength) {
      return "\(name).hueStrength lies within 0...0.5, not at \(hueStrength)"
    }
    let probabilities = [
      "grayscaleProbability": grayscaleProbability, "blurProbability": blurProbability,
      "solarizationProbability": solarizationProbability,
    ]
    for (key, value) in probabilities.sorted(by: { $0.key < $1.key }) where !(0...1).contains(value) {
      return "\(name).\(key) lies within 0...1, not at \(value)"
    }
    return nil
  }
}

extension SwAV.Hyperparameters: HasMilestones {
  /// Prototypes stay frozen and the queue unread for the same part of a shorter training.
  public mutating func moveMilestones(toShare share: Float) {
    frozenEpochs *= share
    queueStartEpoch *= share
  }
}

extension Float {
  /// The number without a point where it is whole.
  fileprivate var inWords: String { String(format: "%g", self) }
}
