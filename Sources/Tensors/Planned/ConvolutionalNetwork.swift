// First page of the planned passes. A layer after the other would send every feature map through memory several times.
// Here a network is data first, then a plan, then two walks:
//
//   ConvolutionalNetwork+Description   what a network says of itself: convolutions and the features between them
//   ConvolutionalNetwork               the network as an operation of the tape
//   NetworkShapes, BatchPartition      how large everything is for a batch, and into which chunks of images it is cut
//   KernelSet, ActivationKernels       which kernels of CKernels or oneDNN serve each convolution, and the passes between
//   ValueLayout, Arena                 where every value lies: all memory is placed before the first kernel runs
//   NetworkPlan, BackwardPlan          the above for one shape of batch; kept, since every step of a training has the same
//   ForwardWalk                        from images to features: chunk after chunk through a convolution while it is in cache,
//                                      all workers waiting for each other only where batch statistics are added up
//   BackwardWalk                       the way back, with the gradient by data and by weights of every convolution
//   FeaturePooling, ReadAhead          pooling by oneDNN; fetching what the next chunk reads
//   PlannedExecution                   who runs the walks: the tape on training, inference without it
//
// A chunk's sums are kept by chunk and added in order, so that results do not depend on the number of workers.
// To add a kind of layer between convolutions: its case in ActivationKernels, its place in ValueLayout, its derivative in
// BackwardWalk, and a test against the layer-by-layer network in Tests/TensorsTests.

import Synchronization

/// A convolutional network as data: what the planned executor walks instead of calling layer after layer.
///
/// It is a list of normalized convolutions and of the features between them. Every feature but the images is
/// relu?(norm(convolution) + residual), pooled where asked; every convolution reads one feature. Known as a whole, a
/// network can be walked in chunks of images that stay in a core's cache, with batch statistics as the only points at
/// which workers wait for each other, and with all memory placed before the first kernel runs.
public final class ConvolutionalNetwork: @unchecked Sendable {
  /// How the output of a convolution is normalized.
  public struct Normalization {
    let gamma, beta: Parameter
    let epsilon: Float
    let groups: Int
    let follow: (_ mean: Tensor, _ variance: Tensor, _ count: Int) -> Void
    let frozen: () -> (scale: Tensor, shift: Tensor)

    /// Creates a normalization by the statistics of `groups` consecutive parts of a batch.
    ///
    /// `follow` takes each training batch's means, biased variances (groups × channels) and the number of values of
    /// each; `frozen` gives the scale and shift that inference applies.
    public init(
      gamma: Parameter, beta: Parameter, epsilon: Float, groups: Int,
      follow: @escaping (_ mean: Tensor, _ variance: Tensor, _ count: Int) -> Void,
      frozen: @escaping () -> (scale: Tensor, shift: Tensor)
    ) {
      self.gamma = gamma
      self.beta = beta
      self.epsilon = epsilon
      self.groups = groups
      self.follow = follow
      self.frozen = frozen
    }
  }

  /// A feature map of the network; the first is the images.
  public struct Feature {
    let index: Int
  }

  /// A normalized convolution that no feature is made of yet.
  public struct Branch {
    let index: Int
  }

  /// What is added to a branch before its ReLU.
  public enum Residual {
    case feature(Feature)
    case branch(Branch)
  }

  struct Convolution {
    let weight: Parameter
    let stride, padding: Int
    let normalization: Normalization
    /// The feature it reads.
    let input: Int
    /// The feature its normalized output becomes part of.
    var output: Int?
  }

  struct Pooling: Hashable {
    /// What is taken of the values under the window; an average counts padding as zeros, a maximum never takes it.
    enum Kind { case max, average }
    let kind: Kind
    let kernel, stride, padding: Int
  }

  struct FeatureMap {
    /// The convolution it is made of; `nil` for the images.
    var main: Int?
    /// Another convolution whose normalized output is added.
    var side: Int?
    /// An earlier feature that is added.
    var residual: Int?
    var hasReLU = false
    var pooling: Pooling?
    /// The convolutions that read it.
    var readers: [Int] = []
    /// The features it is added to.
    var joins: [Int] = []
  }

  let convolutions: [Convolution]
  let features: [FeatureMap]
  private let plans = Mutex<[NetworkPlan.Key: NetworkPlan]>([:])

  /// Creates the network that `describe` describes in the order of computation; the last feature is the result.
  public init(_ describe: (inout Description, _ images: Feature) -> Void) {
    var description = Description()
    describe(&description, Feature(index: 0))
    precondition(
      !description.convolutions.isEmpty && description.convolutions.allSatisfy { $0.output != nil },
      "a convolution of the network leads nowhere")
    convolutions = description.convolutions
    features = description.features
  }

  /// The plan for a batch, made when it is first asked for.
  func plan(_ key: NetworkPlan.Key) -> NetworkPlan {
    if let known = plans.withLock({ $0[key] }) { return known }
    let plan = NetworkPlan(of: self, key)
    return plans.withLock { plans in
      if let known = plans[key] { return known }
      plans[key] = plan
      return plan
    }
  }

  /// The number of consecutive parts of a batch with statistics of their own.
  var groups: Int { convolutions[0].normalization.groups }

  /// Whether the executor knows how to walk this network.
  ///
  /// Every feature but the last must be read by a convolution, and what a residual joins must have started after it.
  var isPlannable: Bool {
    features.indices.dropLast().allSatisfy { !features[$0].readers.isEmpty } && features.last!.readers.isEmpty
      && features.allSatisfy { feature in
        guard let main = feature.main, let residual = feature.residual else { return true }
        return residual > 0
          && (convolutions[main].input > residual || features[residual].readers == [main])
      }
  }
}
