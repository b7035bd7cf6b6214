import Statistics

/// Between which values a constant that users can set may lie, whether or not the arm at hand reads it.
///
/// These keep arithmetic from overflowing and networks from outgrowing every machine; what makes sense together is each
/// method's own to say, and is asked after.
enum ConstantRange {
  /// By the last word of a constant's path that is no place in a list.
  private static let known: [String: ClosedRange<Double>] = {
    let (count, dimension, side) = (1.0...1e6, 1.0...65_536, 2.0...1_024)
    let probability = 0.0...1
    return [
      "epochs": 0...1e6, "batchSize": 1...65_536, "imagesPerEpoch": 1...1e9, "learningRate": 0...1e38,
      "warmupEpochs": 0...1e6, "weightDecay": 0...1e3, "trust": 0...1e3, "firstSteps": 1...1e9,
      "growth": 1...1_000,
      "factor": 0...1e3,
      "blocks": 0...1_000, "width": 1...4_096, "normalizationGroups": 1...65_536, "featureBlock": 1...64,
      "embeddingDimension": dimension, "hiddenDimension": dimension, "queueLength": 0...16_777_216,
      "prototypeCount": count, "smallCount": 0...64, "sinkhornIterations": 1...1_000,
      "transformLayers": 0...16,
      "side": side, "padding": 0...512, "patience": 0...1e6, "passes": 0...1e6, "imagesPerStep": 1...65_536,
      "smallest": probability, "largest": probability, "smallestCrop": probability,
      "colorStrength": 0...2.5, "hueStrength": 0...0.5, "grayscaleProbability": probability,
      "blurProbability": probability, "firstBlurProbability": probability,
      "secondBlurProbability": probability,
      "jitterProbability": probability, "solarizeProbability": probability,
      "solarizationProbability": probability,
      "keyMomentum": probability, "firstKeyMomentum": probability, "firstTargetMomentum": probability,
      "temperature": 1e-4...1e4, "consistencyTemperature": 1e-4...1e4, "contrastTemperature": 1e-4...1e4,
      "consistencyWeight": 0...1e6, "instanceWeight": 0...1e6, "redundancyWeight": 0...1e6,
      "scale": 1e-6...1e6,
      "noise": 0...1e3, "frozenEpochs": 0...1e6, "queueStartEpoch": 0...1e6, "draws": 1...1e9,
      "distanceThreshold": 0...1e3, "sharpness": 0...1e3,
    ]
  }()

  /// What lies outside of its range in `constants`, in one sentence; `nil` when nothing does.
  static func problem(in constants: JSONValue) -> String? {
    for (path, value) in constants.leaves {
      guard let number = value.number, let name = path.split(separator: ".").last(where: { Int($0) == nil }),
        let range = known[String(name)], !range.contains(number)
      else { continue }
      return
        "\(name) is \(value), but must lie within \(words(range.lowerBound))...\(words(range.upperBound))"
    }
    return nil
  }

  private static func words(_ number: Double) -> String { JSONValue(floatLiteral: number).description }
}
