extension ConvolutionalNetwork {
  /// A network in the making.
  public struct Description {
    private(set) var convolutions: [Convolution] = []
    private(set) var features = [FeatureMap()]
  }
}

extension ConvolutionalNetwork.Description {
  /// A feature map.
  public typealias Feature = ConvolutionalNetwork.Feature
  /// A normalized convolution.
  public typealias Branch = ConvolutionalNetwork.Branch

  /// Adds a convolution of `feature` with `weight` (O × I × kernel height × kernel width) and its normalization.
  public mutating func convolution(
    of feature: Feature, with weight: Parameter, stride: Int, padding: Int,
    _ normalization: ConvolutionalNetwork.Normalization
  ) -> Branch {
    precondition(
      normalization.groups == convolutions.first?.normalization.groups ?? normalization.groups,
      "normalizations of one network split a batch into different numbers of groups")
    features[feature.index].readers.append(convolutions.count)
    convolutions.append(
      ConvolutionalNetwork.Convolution(
        weight: weight, stride: stride, padding: padding, normalization: normalization, input: feature.index))
    return Branch(index: convolutions.count - 1)
  }

  /// Adds the feature relu?(`branch` + `residual`).
  public mutating func feature(
    _ branch: Branch, adding residual: ConvolutionalNetwork.Residual? = nil, thenReLU: Bool = true
  ) -> Feature {
    var feature = ConvolutionalNetwork.FeatureMap(main: branch.index, hasReLU: thenReLU)
    let index = features.count
    take(branch, for: index)
    switch residual {
    case .branch(let side):
      feature.side = side.index
      take(side, for: index)
    case .feature(let earlier):
      feature.residual = earlier.index
      features[earlier.index].joins.append(index)
    case nil: break
    }
    features.append(feature)
    return Feature(index: index)
  }

  /// Adds the feature max-pool(relu?(`branch`)).
  public mutating func maxPooledFeature(
    _ branch: Branch, thenReLU: Bool = true, kernel: Int, stride: Int, padding: Int
  ) -> Feature {
    let pooling = ConvolutionalNetwork.Pooling(kind: .max, kernel: kernel, stride: stride, padding: padding)
    return pooledFeature(branch, thenReLU: thenReLU, pooling)
  }

  /// Adds the feature average-pool(relu?(`branch`)), which counts padding as zeros.
  public mutating func averagePooledFeature(
    _ branch: Branch, thenReLU: Bool = true, kernel: Int, stride: Int, padding: Int
  ) -> Feature {
    let pooling = ConvolutionalNetwork.Pooling(
      kind: .average, kernel: kernel, stride: stride, padding: padding)
    return pooledFeature(branch, thenReLU: thenReLU, pooling)
  }

  private mutating func pooledFeature(
    _ branch: Branch, thenReLU: Bool, _ pooling: ConvolutionalNetwork.Pooling
  ) -> Feature {
    take(branch, for: features.count)
    features.append(ConvolutionalNetwork.FeatureMap(main: branch.index, hasReLU: thenReLU, pooling: pooling))
    return Feature(index: features.count - 1)
  }

  private mutating func take(_ branch: Branch, for feature: Int) {
    precondition(convolutions[branch.index].output == nil, "a convolution became part of two features")
    convolutions[branch.index].output = feature
  }
}
