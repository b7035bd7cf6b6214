import NeuralNetworks
import Tensors
import Vision

/// A simple framework for contrastive learning of visual representations (SimCLR).
///
/// Chen, Kornblith, Norouzi, Hinton. “A Simple Framework for Contrastive Learning of Visual Representations.” ICML 2020.
/// arXiv:2002.05709.
///
/// Symbols follow the paper: views x̃₁ … x̃₂ₙ of N images, of which x̃ᵢ and x̃ᵢ₊ₙ show one image, their representations
/// h = f(x̃), which are kept, and projections z = g(h), which the loss looks at.
public final class SimCLR: PretrainingMethod {
  /// The projection head g (section 4.2).
  public enum Head: String, Codable, Sendable, CaseIterable {
    /// g(h) = h.
    case none
    /// g(h) = W h + b.
    case linear
    /// g(h) = W⁽²⁾ ReLU(W⁽¹⁾ h + b⁽¹⁾) + b⁽²⁾.
    case nonLinear
    /// g(h) = BN(W h), as released (google-research/simclr, `model_util.projection_head`).
    case normalizedLinear
    /// g(h) = BN(W⁽²⁾ ReLU(BN(W⁽¹⁾ h))), as released.
    case normalizedNonLinear
    /// g(h) = W⁽³⁾ ReLU(W⁽²⁾ ReLU(W⁽¹⁾ h + b⁽¹⁾) + b⁽²⁾) + b⁽³⁾, the second hidden layer half as wide as h (G-SimCLR,
    /// arXiv:2009.12007).
    case twoHidden
  }

  /// The constants of the method, by the names of the paper's symbols.
  public struct Hyperparameters: Codable, Sendable, Equatable {
    /// τ.
    public var temperature: Float = 0.5
    /// g.
    public var head = Head.nonLinear
    /// How many numbers z has; as many as h where there is no head.
    public var embeddingDimension = 128
    /// The smallest part of an image that a view shows; 1 leaves random crops out.
    public var smallestCrop: Float = 0.08
    /// s, how far colours are jittered; 0 leaves them.
    public var colorStrength: Float = 0.5
    /// How often a view loses its colours.
    public var grayscaleProbability: Float = 0.2
    /// How often a view is blurred; never on images of 32 pixels (appendix B.9).
    public var blurProbability: Float = 0

    /// Creates the constants of the paper's experiments on CIFAR-10 (appendix B.9).
    public init() {}
  }

  /// g ∘ f.
  public let network: EmbeddingNetwork
  let hyperparameters: Hyperparameters

  public var encoder: any Encoder { network.encoder }
  public let augmentations: [Augmentation]

  /// Creates f and g for views of `side` × `side` pixels; or for the given two `views`, where those are not SimCLR's.
  public init(
    _ resNet: ResNet.Configuration, _ hyperparameters: Hyperparameters, side: Int = 32,
    views: [Augmentation]? = nil, using random: inout Random
  ) {
    self.hyperparameters = hyperparameters
    let encoder = ResNet(resNet, using: &random)
    let (inputs, outputs) = (encoder.featureCount, hyperparameters.embeddingDimension)
    let head =
      switch hyperparameters.head {
      case .none: Sequential()
      case .linear: Sequential.projectionHead(inputs, to: outputs, hasHiddenLayer: false, using: &random)
      case .nonLinear: Sequential.projectionHead(inputs, to: outputs, using: &random)
      case .normalizedLinear:
        Sequential(Linear(inputs, outputs, bias: false, using: &random), BatchNormalization(outputs))
      case .normalizedNonLinear:
        Sequential(
          Linear(inputs, inputs, bias: false, using: &random), BatchNormalization(inputs), ReLU(),
          Linear(inputs, outputs, bias: false, using: &random), BatchNormalization(outputs))
      case .twoHidden:
        Sequential(
          Linear(inputs, inputs, using: &random), ReLU(), Linear(inputs, inputs / 2, using: &random), ReLU(),
          Linear(inputs / 2, outputs, using: &random))
      }
    network = EmbeddingNetwork(encoder, head: head)
    let own = Augmentation.simCLR(side: side, hyperparameters)
    augmentations = views ?? [own, own]
    precondition(augmentations.count == 2, "SimCLR takes two views of an image, not \(augmentations.count)")
  }

  public func loss(of batch: Batch, at progress: TrainingProgress) -> Loss {
    let τ = hyperparameters.temperature

    // Both views in one forward: every batch norm sees all 2N of them, as in the paper (section 2.2).
    let x = Tensor.stacked(batch.views.map(\.images))
    let z = network(x)

    // ℓ(i, j) = −log( exp(sim(zᵢ, zⱼ)/τ) / Σ_{k≠i} exp(sim(zᵢ, zₖ)/τ) ), sim(u, v) = u·v / ‖u‖‖v‖, averaged over the 2N
    // views (equation 1, algorithm 1).
    let contrast = ntXent(z.normalized(), temperature: τ)
    return Loss(contrast, terms: ["contrast": contrast])
  }
}

extension Augmentation {
  /// SimCLR's view of `side` × `side` pixels: random crop and resize, flip, colour distortion, blur, in the paper's order
  /// (appendix A).
  public static func simCLR(side: Int, _ hyperparameters: SimCLR.Hyperparameters) -> Augmentation {
    let s = hyperparameters.colorStrength
    let view: [any ImageTransform] = [
      RandomResizedCrop(to: side, area: hyperparameters.smallestCrop...1, interpolation: .bicubic),
      HorizontalFlip(),
      ColorJitter(
        brightness: 0.8 * s, contrast: 0.8 * s, saturation: 0.8 * s, hue: 0.2 * s, probability: 0.8),
      Grayscale(probability: hyperparameters.grayscaleProbability),
    ]
    let blur = GaussianBlur(
      probability: hyperparameters.blurProbability, kernel: GaussianBlur.usualKernel(side: side))
    return Augmentation(hyperparameters.blurProbability > 0 ? view + [blur] : view)
  }
}
