import NeuralNetworks
import Tensors
import Vision

/// Bootstrap your own latent (BYOL).
///
/// Grill, Strub, Altché, Tallec, Richemond, Buchatskaya, Doersch, Avila Pires, Guo, Gheshlaghi Azar, Piot, Kavukcuoglu,
/// Munos, Valko. “Bootstrap Your Own Latent: A New Approach to Self-Supervised Learning.” NeurIPS 2020. arXiv:2006.07733.
///
/// Symbols follow the paper: an online network θ of encoder f, projector g and predictor q; a target network ξ of f and g
/// alone, which follows θ; and two views v and v′ of each image. There are no negatives.
public final class BYOL: PretrainingMethod {
  /// The constants of the method, by the names of the paper's symbols.
  public struct Hyperparameters: Codable, Sendable, Equatable {
    /// τ_base, how much of the target stays at the first step; at the last all of it does.
    public var firstTargetMomentum: Float = 0.99
    /// Width of the hidden layers of g and q.
    public var hiddenDimension = 4_096
    /// How many numbers a projection has.
    public var embeddingDimension = 256

    /// Creates the paper's sizes, with a target that follows sooner, for trainings shorter than its own.
    public init() {}
  }

  let online: EmbeddingNetwork  // g_θ ∘ f_θ
  let predictor: Sequential  // q_θ
  let target: MomentumCopy<EmbeddingNetwork>  // g_ξ ∘ f_ξ
  let hyperparameters: Hyperparameters

  public var encoder: any Encoder { online.encoder }
  public let augmentations: [Augmentation]

  /// Creates both networks, equal at first, for two `views` of each image.
  public init(
    _ resNet: ResNet.Configuration, _ hyperparameters: Hyperparameters, views: [Augmentation],
    using random: inout Random
  ) {
    precondition(views.count == 2, "BYOL takes two views of an image, not \(views.count)")
    let (hidden, outputs) = (hyperparameters.hiddenDimension, hyperparameters.embeddingDimension)
    // Linear, batch norm, ReLU, linear (section 3.3): g and q.
    func head(_ inputs: Int, using random: inout Random) -> Sequential {
      Sequential(
        Linear(inputs, hidden, using: &random), BatchNormalization(hidden), ReLU(),
        Linear(hidden, outputs, using: &random))
    }
    func network(using random: inout Random) -> EmbeddingNetwork {
      let encoder = ResNet(resNet, using: &random)
      return EmbeddingNetwork(encoder, head: head(encoder.featureCount, using: &random))
    }
    self.hyperparameters = hyperparameters
    augmentations = views
    online = network(using: &random)
    predictor = head(outputs, using: &random)
    target = MomentumCopy(of: online, as: network(using: &random))
  }

  public func loss(of batch: Batch, at progress: TrainingProgress) -> Loss {
    let (v, v´) = (batch.views[0].images, batch.views[1].images)

    // L = ‖q̄_θ(z_θ) − z̄′_ξ‖² with z_θ of v and z′_ξ of v′ (equation 2), and L̃ the same with views exchanged.
    let l = normalizedRegression(predictor(online(v)), to: target.network(v´))
    let l̃ = normalizedRegression(predictor(online(v´)), to: target.network(v))
    let regression = l + l̃
    return Loss(regression, terms: ["regression": regression])
  }

  public func didUpdate(at progress: TrainingProgress) {
    target.follow(momentum: targetMomentum(at: progress))  // ξ ← τ ξ + (1 − τ) θ (equation 3)
  }

  /// τ = 1 − (1 − τ_base) (cos(π k / K) + 1) / 2 after step k of K (section 3.3).
  func targetMomentum(at progress: TrainingProgress) -> Float {
    risingMomentum(
      from: hyperparameters.firstTargetMomentum, after: progress.fraction)
  }
}
