/// The sizes of everything in a network for images of one size.
struct NetworkShapes {
  /// A feature map of one image.
  struct Size: Sendable {
    let height, width, channels: Int

    var positions: Int { height * width }
    var count: Int { positions * channels }
  }

  /// Each convolution's sizes.
  let geometries: [ConvolutionGeometry]
  /// Each feature's size.
  let features: [Size]
  /// Each feature's size before it is pooled.
  let unpooled: [Size]

  init(_ network: ConvolutionalNetwork, images: Shape) {
    var (features, unpooled) = ([Size](), [Size]())
    var geometries = [ConvolutionGeometry?](repeating: nil, count: network.convolutions.count)
    for feature in network.features {
      var size = Size(height: images.height, width: images.width, channels: images.channels)
      if let main = feature.main {
        let g = geometries[main]!
        size = Size(height: g.outputHeight, width: g.outputWidth, channels: g.outputChannels)
      }
      unpooled.append(size)
      size = feature.pooling?.output(of: size) ?? size
      features.append(size)
      for reader in feature.readers {
        let convolution = network.convolutions[reader]
        geometries[reader] = ConvolutionGeometry(
          input: [1, size.height, size.width, size.channels], weight: convolution.weight.shape,
          stride: convolution.stride, padding: convolution.padding)
      }
      precondition(
        feature.residual.map { features[$0].count == size.count } ?? true,
        "a residual of another size joins a feature of \(size.height) × \(size.width) × \(size.channels)")
    }
    self.features = features
    self.unpooled = unpooled
    self.geometries = geometries.map { $0! }
  }
}

extension ConvolutionalNetwork.Pooling {
  func output(of size: NetworkShapes.Size) -> NetworkShapes.Size {
    NetworkShapes.Size(
      height: (size.height + 2 * padding - kernel) / stride + 1,
      width: (size.width + 2 * padding - kernel) / stride + 1, channels: size.channels)
  }
}
