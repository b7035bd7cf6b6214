import Foundation
import Harness
import Pretraining
import Tensors

extension PixPro {
  /// What the pixel-level loss is recorded as.
  var pixelTerm: String { hyperparameters.pixelTask == .contrast ? "pixel-contrast" : "pixel" }

  /// What tells how training goes: how many pairs there are, within which bounds the pixel-level loss lies for them, and
  /// whether pixels have become alike.
  func observations(
    of keys: [PixelNetwork.Projections], _ pairs: [PositivePairs]
  ) -> KeyValuePairs<String, Float> {
    let pairless = pairs[0].pairlessPart
    let likeness = keys[0].pixels.map { $0.constant.likeness(side: keys[0].side) }
    switch hyperparameters.pixelTask {
    case .propagation, .consistency:
      // Each direction lies within ±2 for an image with pairs, and is 0 for one without.
      let bound = 4 * (1 - pairless)
      return [
        "pairs-per-pixel": pairs[0].pairsPerPixel, "pairless-images": pairless, "lowest-pixel-loss": -bound,
        "highest-pixel-loss": bound, "pixel-likeness": likeness ?? 0,
      ]
    case .contrast:
      return [
        "pairs-per-pixel": pairs[0].pairsPerPixel, "pairless-images": pairless,
        "pixel-likeness": likeness ?? 0,
      ]
    case .none: return [:]
    }
  }
}

extension Tensor {
  /// The mean cosine of two different pixels of one map, over B maps whose pixels these are (B × S² × D): 1 where a map has
  /// become one vector.
  fileprivate func likeness(side: Int) -> Float {
    let (pixels, dimension) = (Float(side * side), shape.columns)
    if pixels < 2 { return 0 }
    // Σ_{pq} u_p·u_q = ‖Σ_p u_p‖², of which S² are a pixel's with itself.
    let means = normalized().reshaped(to: [shape[0], side, side, dimension]).globalAverage()
    return (pixels * means.rowProducts(with: means).mean().item - 1) / (pixels - 1)
  }
}

extension PixPro: KnowsChance {
  /// None: pixels of one image are alike before anything is learned, so that neither term begins at a known value.
  public func chanceLevels(batchSize: Int) -> [String: Double] { [:] }

  /// Two directions of −2 cos each; the pixel-level loss depends on how many pairs there are and is told by `observations`.
  public func lossBounds(batchSize: Int) -> [String: ClosedRange<Double>] {
    hyperparameters.instanceWeight > 0 ? ["instance": -4...4] : [:]
  }
}

extension PixPro: KnowsFailures {
  /// Above which likeness pixels count as one, how many images may have no pair, and for how many passes in a row.
  private static let (greatestLikeness, mostPairless, patience) = (0.99, 0.5, 3)

  public func failure(after means: [String: [Double]]) -> String? {
    if let pairless = lasting(means["pairless-images"], above: Self.mostPairless) {
      return
        "\(percent(pairless)) of the images have two views without a common pixel, which teach nothing: raise "
        + "views.smallestCrop or distanceThreshold"
    }
    if lasting(means["pixel-likeness"], above: Self.greatestLikeness) != nil {
      return
        "for \(Self.patience) epochs all pixels of an image have been alike, so that the pixel-level loss is at its bound "
        + "for nothing: lower the learning rate, or set pixelTask to propagation"
    }
    return nil
  }

  /// The latest of `values` when the last few all lie above `limit`.
  private func lasting(_ values: [Double]?, above limit: Double) -> Double? {
    let latest = (values ?? []).suffix(Self.patience)
    return latest.count == Self.patience && latest.allSatisfy { $0 > limit } ? latest.last : nil
  }

  private func percent(_ part: Double) -> String { String(format: "%.1f %%", 100 * part) }
}

extension PixPro.Hyperparameters: CheckedHyperparameters {
  public func problem(with plan: TrainingPlan) -> String? {
    if pixelTask == .none && !(instanceWeight > 0) {
      return "without a pixel-level task and an instance branch there is no loss: raise instanceWeight"
    }
    if !(instanceWeight >= 0) { return "instanceWeight is not negative, but \(instanceWeight)" }
    if !(distanceThreshold > 0) { return "distanceThreshold is positive, not \(distanceThreshold)" }
    if !(1...16).contains(sharpness) { return "sharpness lies within 1...16, not at \(sharpness)" }
    if !(0...2).contains(transformLayers) {
      return "transformLayers lies within 0...2, not at \(transformLayers)"
    }
    if !(contrastTemperature > 0) { return "contrastTemperature is positive, not \(contrastTemperature)" }
    if !(0...1).contains(firstKeyMomentum) {
      return "firstKeyMomentum lies within 0...1, not at \(firstKeyMomentum)"
    }
    if hiddenDimension < 1 { return "hiddenDimension is at least 1, not \(hiddenDimension)" }
    if embeddingDimension < 1 { return "embeddingDimension is at least 1, not \(embeddingDimension)" }
    return views.problem
  }
}

extension PixPro.Views {
  /// What makes these views impossible, in one sentence; `nil` when nothing does.
  var problem: String? {
    if side < 2 { return "views.side is at least 2 pixels, not \(side)" }
    if !(smallestCrop > 0 && smallestCrop <= 1) {
      return "views.smallestCrop lies above 0 and is at most 1, not \(smallestCrop)"
    }
    let probabilities = [
      ("firstBlurProbability", firstBlurProbability), ("secondBlurProbability", secondBlurProbability),
      ("solarizationProbability", solarizationProbability),
    ]
    for (name, value) in probabilities where !(0...1).contains(value) {
      return "views.\(name) lies within 0...1, not at \(value)"
    }
    return nil
  }
}
