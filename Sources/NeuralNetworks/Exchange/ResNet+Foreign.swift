import Tensors

extension ResNet.Configuration {
  /// The sizes of the network whose `tensors` go by torchvision's names; `strides`, which weights do not tell, are the usual
  /// ones unless a file says otherwise.
  ///
  /// Throws a `ForeignWeightsError` for what is no such network.
  public init(of tensors: [String: Tensor], strides: [Int]? = nil) throws(ForeignWeightsError) {
    guard let first = tensors["conv1.weight"]?.shape, first.rank == 4 else {
      throw ForeignWeightsError("has no first convolution")
    }
    let stem: Stem
    switch (first[1], first[2], first[3]) {
    case (3, 3, 3): stem = .cifar
    case (3, 7, 7): stem = .imageNet
    default:
      throw ForeignWeightsError(
        "begins with a convolution of shape \(first), and only 3 × 3 and 7 × 7 ones of three colours are known"
      )
    }
    let blocks = (1...4).map { stage in
      (0..<1_000).first { tensors["layer\(stage).\($0).conv1.weight"] == nil } ?? 1_000
    }
    self.init(
      blocks: blocks, isBottleneck: tensors["layer1.0.conv3.weight"] != nil, width: first[0], stem: stem,
      strides: strides)
  }
}

extension ResNet {
  /// The network whose `tensors` go by torchvision's names, all of them and no others.
  ///
  /// Throws a `ForeignWeightsError` for what is no such network: wider inner convolutions, offsets, or something missing.
  public convenience init(
    weights tensors: [String: Tensor], strides: [Int]? = nil
  ) throws(ForeignWeightsError) {
    let configuration = try Configuration(of: tensors, strides: strides)
    guard configuration.width <= 4_096, configuration.blocks.reduce(0, +) <= 1_000 else {
      throw ForeignWeightsError("would be a network of \(configuration.blocks) blocks, wider than any")
    }
    var random = Random(seed: 0, stream: "overwritten")
    self.init(configuration, using: &random)
    let state = namedState
    let names = Set(state.map(\.name))
    if let missing = names.subtracting(tensors.keys).min() {
      throw ForeignWeightsError("lacks \(missing) of a \(configuration.architecture)")
    }
    if let other = Set(tensors.keys).subtracting(names).min() {
      throw ForeignWeightsError("holds \(other), which a \(configuration.architecture) does not have")
    }
    for (name, part) in state where tensors[name]!.shape != part.value.shape {
      throw ForeignWeightsError(
        "holds \(name) of shape \(tensors[name]!.shape), where a \(configuration.architecture) of width "
          + "\(configuration.width) has \(part.value.shape)")
    }
    for (name, part) in state {
      guard tensors[name]!.isFinite else {
        throw ForeignWeightsError("holds \(name) with a number that is none")
      }
      part.restore(tensors[name]!)
    }
  }
}
