import Vision

/// Adaptive inflation (AdaInf): generated images beside real ones in contrastive learning, by two rules of thumb.
///
/// Wang, Zhang, Wang. “Do Generated Data Always Help Contrastive Learning?” ICLR 2024. arXiv:2403.12448.
///
/// Images that a generator drew, added as they come (vanilla inflation), may do harm, for two reasons that the paper names.
/// They are not quite of the real images' distribution: each real image should count as much as several generated ones.
/// And augmentation, whose overlaps tie the images of a class together, need be no stronger than what is left to tie: with
/// more images it should be weaker. Method, loss and the number of steps stay as they are.
public enum AdaInf {
  /// What is done with generated images.
  public enum Inflating: String, CaseIterable, Sendable {
    /// There are none.
    case none = "no inflation"
    /// They count as much as real ones.
    case vanilla = "vanilla inflation"
    /// A real image counts as much as several of them.
    case weighted = "weighted inflation"
  }

  /// How much of an image its views hide.
  public enum Augmenting: String, CaseIterable, Sendable {
    /// As usual for the method.
    case standard = "standard augmentation"
    /// Larger crops, and colours changed in half as many views.
    case weak = "weak augmentation"
  }

  /// N, how many generated images a real one counts as much as: with twenty for each real one, a third of every batch is
  /// real.
  public static let realWeight = 10

  /// What `inflating` adds to the real images: `count` from `source`, a real one counting `weight` times where it is to.
  static func inflation(
    _ inflating: Inflating, from source: Inflation.Source, count: Int?, weight: Int = realWeight
  ) -> Inflation? {
    switch inflating {
    case .none: nil
    case .vanilla: Inflation(source, count: count)
    case .weighted: Inflation(source, count: count, ownWeight: weight)
    }
  }
}

/// How the two views of an image are drawn: the released configurations, of which there are two kinds.
public struct Views: Codable, Sendable, Equatable {
  /// The smallest part of an image that a view shows.
  public var smallestCrop: Float = 0.08
  /// How often its colours are jittered, and how far.
  public var jitterProbability: Float = 0.8
  public var brightness: Float = 0.8, contrast: Float = 0.8, saturation: Float = 0.8, hue: Float = 0.2
  /// How often it loses its colours.
  public var grayscaleProbability: Float = 0.2
  /// How often it is blurred.
  public var blurProbability: Float = 0.5
  /// How often the second view is solarized.
  public var solarizeProbability: Float = 0

  /// SimCLR's (`symmetric`).
  static let symmetric = Views()

  /// MoCo v2's (`symmetric_weak`): colours half as far.
  static var momentum: Views {
    var views = Views()
    views.halveColours()
    return views
  }

  /// BYOL's and Barlow Twins' (`asymmetric`): no blur, and the second view solarized now and then.
  static var asymmetric: Views {
    var views = Views()
    views.halveColours()
    views.saturation = 0.2
    (views.blurProbability, views.solarizeProbability) = (0, 0.2)
    return views
  }

  private mutating func halveColours() { (brightness, contrast, saturation, hue) = (0.4, 0.4, 0.4, 0.1) }

  /// The same, weakened by the paper's rule (`symmetric_adainf`, `asymmetric_adainf`).
  func augmented(_ augmenting: AdaInf.Augmenting) -> Views {
    guard augmenting == .weak else { return self }
    var views = self
    (views.smallestCrop, views.jitterProbability) = (0.2, 0.4)
    if solarizeProbability == 0 { views.halveColours() }
    return views
  }

  /// The two pipelines, for views of `side` × `side` pixels.
  func augmentations(side: Int) -> [Augmentation] {
    [0, solarizeProbability].map { solarizing in
      var steps: [any ImageTransform] = [
        RandomResizedCrop(to: side, area: smallestCrop...1, interpolation: .bicubic),
        ColorJitter(
          brightness: brightness, contrast: contrast, saturation: saturation, hue: hue,
          probability: jitterProbability), Grayscale(probability: grayscaleProbability),
      ]
      if blurProbability > 0 {
        steps.append(
          GaussianBlur(probability: blurProbability, kernel: GaussianBlur.usualKernel(side: side)))
      }
      if solarizing > 0 { steps.append(Solarize(probability: solarizing)) }
      return Augmentation(steps + [HorizontalFlip()])
    }
  }
}
