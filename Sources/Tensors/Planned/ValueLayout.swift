/// Where the values of a network lie: convolutions' outputs, and the features that are kept.
struct ValueLayout {
  private(set) var outputs: [Placement] = []
  private(set) var homes: [NetworkPlan.Home] = []
  private(set) var poolings: [FeaturePooling?] = []
  private(set) var maxima: [Placement?] = []
  var byteCount: Int { arena.byteCount }

  private let network: ConvolutionalNetwork
  private let key: NetworkPlan.Key
  private let order: DepthFirstOrder?
  private var arena = Arena()

  init(
    _ network: ConvolutionalNetwork, _ shapes: NetworkShapes, _ key: NetworkPlan.Key,
    _ order: DepthFirstOrder?
  ) {
    self.network = network
    self.key = key
    self.order = order
    let elementBytes = key.dataType.byteCount
    poolings = network.features.enumerated().map { index, feature in
      feature.pooling.map { FeaturePooling($0, of: shapes.unpooled[index], key.dataType) }
    }
    outputs = network.convolutions.indices.map { index in
      let (first, feature) = (network.convolutions[index].input, network.convolutions[index].output!)
      let isKept = network.features[feature].main == index && isMadeInPlace(feature)
      let last = isKept ? lastUse(of: feature) : feature
      return place(shapes.geometries[index].outputSize * elementBytes, from: first, to: last)
    }
    for index in network.features.indices {
      homes.append(home(of: index, shapes, elementBytes: elementBytes))
      let keepsMaxima = key.purpose == .training
      maxima.append(
        keepsMaxima ? poolings[index].map { place($0.workspaceBytes, from: index, to: index) } : nil)
    }
  }

  private mutating func home(of index: Int, _ shapes: NetworkShapes, elementBytes: Int) -> NetworkPlan.Home {
    let feature = network.features[index]
    guard let main = feature.main else { return .images }
    if isResult(index) { return .result }
    if isMadeInPlace(index) { return .stored(outputs[main]) }
    let isKept: Bool
    switch key.purpose {
    case .training:
      // A feature of one convolution is made again on the way back: reading one map costs less than two.
      isKept =
        feature.residual != nil || feature.side != nil || feature.pooling != nil || !feature.joins.isEmpty
    case .forward: isKept = !feature.joins.isEmpty
    case .inference: isKept = true
    }
    guard isKept else { return .chunk }
    return .stored(place(shapes.features[index].count * elementBytes, from: index, to: lastUse(of: index)))
  }

  private func isResult(_ feature: Int) -> Bool { feature == network.features.count - 1 && !key.pooled }

  /// Whether a feature takes the place of the convolution's output that it is made of.
  private func isMadeInPlace(_ index: Int) -> Bool {
    let feature = network.features[index]
    guard key.purpose != .training, feature.pooling == nil, !isResult(index) else { return false }
    return key.purpose == .inference || !feature.joins.isEmpty
  }

  private func lastUse(of feature: Int) -> Int { max(feature, network.features[feature].joins.max() ?? 0) }

  /// Memory for a value of so many bytes per image that is made while feature `first` is visited.
  private mutating func place(_ imageBytes: Int, from first: Int, to last: Int) -> Placement {
    let everything = 0...network.features.count
    let (capacity, lifetime): (Int, ClosedRange<Int>)
    switch key.purpose {
    case .training: (capacity, lifetime) = (key.images.batch, everything)
    case .forward: (capacity, lifetime) = (key.images.batch, first...last)
    case .inference:
      // What passes from one stage to the next lives while earlier stages run again.
      let sizes = order!.sizes
      (capacity, lifetime) = (sizes[last], sizes[first] == sizes[last] ? first...last : everything)
    }
    return Placement(
      offset: arena.place(byteCount: imageBytes * capacity, alive: lifetime), imageBytes: imageBytes,
      capacity: capacity)
  }
}
