import Vision

extension SwAV {
  /// How the crops of one resolution are drawn (section 3.2, appendix A).
  public struct Crops: Codable, Sendable, Equatable {
    /// Pixels per side.
    public var side: Int
    /// The smallest and the largest part of an image that a crop shows.
    public var smallest, largest: Float
    /// How far brightness, contrast and saturation are jittered.
    public var colorStrength: Float = 0.8
    /// How far hues turn, in full turns.
    public var hueStrength: Float = 0.2
    /// How often a crop loses its colours.
    public var grayscaleProbability: Float = 0.2
    /// How often a crop is blurred.
    public var blurProbability: Float = 0.5
    /// How often the bright values of a crop are inverted; never those of an image's first crop.
    public var solarizationProbability: Float = 0

    /// Creates crops of the given parts of an image with the colours of solo-learn's recipe for CIFAR-10.
    public init(side: Int = 32, area: ClosedRange<Float> = 0.08...1) {
      self.side = side
      (smallest, largest) = (area.lowerBound, area.upperBound)
    }
  }
}

extension Augmentation {
  /// The large crops, then the small ones.
  static func multiCrop(_ hyperparameters: SwAV.Hyperparameters) -> [Augmentation] {
    var first = hyperparameters.large
    first.solarizationProbability = 0
    return [crop(first)] + Array(repeating: crop(hyperparameters.large), count: SwAV.largeCount - 1)
      + Array(repeating: crop(hyperparameters.small), count: hyperparameters.smallCount)
  }

  /// Flip, crop and resize, colour distortion, blur, solarization. The flip comes first because it costs nothing there.
  private static func crop(_ crops: SwAV.Crops) -> Augmentation {
    let jitter = crops.colorStrength
    var steps: [any ImageTransform] = [
      HorizontalFlip(),
      RandomResizedCrop(
        to: crops.side, area: crops.smallest...crops.largest, interpolation: .bicubic),
      ColorJitter(
        brightness: jitter, contrast: jitter, saturation: jitter, hue: crops.hueStrength, probability: 0.8),
      Grayscale(probability: crops.grayscaleProbability),
    ]
    if crops.blurProbability > 0 {
      // Three of the largest deviation on each side, as far as the crop reaches.
      let radius = min(6, crops.side - 1)
      steps.append(GaussianBlur(probability: crops.blurProbability, kernel: 2 * radius + 1))
    }
    if crops.solarizationProbability > 0 {
      steps.append(Solarize(probability: crops.solarizationProbability))
    }
    return Augmentation(steps)
  }
}
