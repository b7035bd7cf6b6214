import Vision

extension PixPro {
  /// How the two views of an image are drawn: BYOL's augmentation (Grill et al., arXiv:2006.07733, appendix B), whose views
  /// are blurred and solarized unequally often.
  public struct Views: Codable, Sendable, Equatable {
    /// Pixels per side.
    public var side = 224
    /// The smallest part of an image that a view shows.
    public var smallestCrop: Float = 0.08
    /// How often the first view is blurred, and the second.
    public var firstBlurProbability: Float = 1
    public var secondBlurProbability: Float = 0.1
    /// How often the bright values of the second view are inverted; never those of the first.
    public var solarizationProbability: Float = 0.2

    /// Creates the views of the authors' scripts.
    public init() {}
  }
}

extension Augmentation {
  /// Both views, in the order of the released code: crop, flip, colours, blur, solarization.
  static func pixPro(_ views: PixPro.Views) -> [Augmentation] {
    [
      view(views, blurProbability: views.firstBlurProbability, solarizationProbability: 0),
      view(
        views, blurProbability: views.secondBlurProbability,
        solarizationProbability: views.solarizationProbability),
    ]
  }

  private static func view(
    _ views: PixPro.Views, blurProbability: Float, solarizationProbability: Float
  ) -> Augmentation {
    var steps: [any ImageTransform] = [
      RandomResizedCrop(to: views.side, area: views.smallestCrop...1),
      HorizontalFlip(),
      ColorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1, probability: 0.8),
      Grayscale(probability: 0.2),
    ]
    if blurProbability > 0 {
      let window = GaussianBlur.usualKernel(side: views.side)
      steps.append(GaussianBlur(probability: blurProbability, kernel: min(window, (views.side - 1) | 1)))
    }
    if solarizationProbability > 0 { steps.append(Solarize(probability: solarizationProbability)) }
    return Augmentation(steps)
  }
}
