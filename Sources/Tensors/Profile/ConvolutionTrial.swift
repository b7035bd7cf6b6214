/// One direction of one convolution with everything that it needs to run on the calling thread: the engine's own kernel
/// on a chunk of images as large as the engine visits at once. Benchmarks time it.
public final class ConvolutionTrial {
  /// A way through a convolution.
  public enum Direction: String, CaseIterable, Sendable {
    /// The output, with its sums and sums of squares per channel, as training needs them.
    case forward
    /// The gradient with respect to the input.
    case dataGradient = "data gradient"
    /// The gradient with respect to the weights.
    case weightGradient = "weight gradient"

    fileprivate var ofKernel: ConvolutionKernelKey.Direction {
      switch self {
      case .forward: .forward
      case .dataGradient: .data
      case .weightGradient: .weights
      }
    }
  }

  /// The way that is run.
  public let direction: Direction
  /// Images in the chunk.
  public let images: Int
  /// Multiply-adds of the kernel's algorithm for the chunk: tap by tap without those on padding, by Winograd's 16 for
  /// every four outputs.
  public let multiplyAdds: Int
  /// Bytes of the chunk's input and output and of the weights, each once.
  public let bytes: Int

  private let kernel: any ConvolutionKernel
  private let input, output, weights, scratch: Storage
  private let sums: DoubleBuffer

  /// Prepares a convolution of images of `side` × `side` pixels by square kernels with half of them as padding;
  /// `dataType` is float32 or bfloat16.
  public init(
    _ direction: Direction, side: Int, inputChannels: Int, outputChannels: Int, kernel size: Int, stride: Int,
    dataType: DataType
  ) {
    let geometry = ConvolutionGeometry(
      input: [1, side, side, inputChannels], weight: [outputChannels, inputChannels, size, size],
      stride: stride,
      padding: size / 2)
    self.direction = direction
    images = geometry.chunk(of: dataType)
    kernel = ConvolutionKernels.kernel(
      ConvolutionKernelKey(
        direction: direction.ofKernel, geometry: geometry, dataType: dataType, images: images))
    multiplyAdds = kernel.multiplyAdds
    let activations = images * (geometry.inputSize + geometry.outputSize) * dataType.byteCount
    bytes = activations + kernel.weightBytes
    input = ConvolutionTrial.noise([images, geometry.inputSize], dataType)
    output = ConvolutionTrial.noise([images, geometry.outputSize], dataType)
    scratch = Storage(byteCount: max(64, kernel.scratchBytes))
    weights = Storage(byteCount: max(64, kernel.weightBytes))
    sums = DoubleBuffer(count: 2 * geometry.outputChannels)
    weights.pointer.initializeMemory(as: UInt8.self, repeating: 0, count: weights.byteCount)
    if direction != .weightGradient {
      let values = ConvolutionTrial.noise([geometry.weightCount], .float32)
      kernel.pack(
        values.pointer.assumingMemoryBound(to: Float.self), into: weights.pointer, scratch: scratch.pointer)
    }
  }

  /// Runs it once.
  public func callAsFunction() {
    switch direction {
    case .forward:
      kernel.apply(
        input.pointer, weights.pointer, into: output.pointer, sums: sums.pointer, scratch: scratch.pointer)
    case .dataGradient:
      kernel.apply(output.pointer, weights.pointer, into: input.pointer, scratch: scratch.pointer)
    case .weightGradient:
      kernel.addWeightGradient(
        input.pointer, output.pointer, to: weights.pointer.assumingMemoryBound(to: Float.self),
        scratch: scratch.pointer)
    }
  }

  /// Numbers as unlike as activations are: multiplying zeros takes less power, and a core then runs faster.
  private static func noise(_ shape: Shape, _ dataType: DataType) -> Storage {
    var random = Random(seed: 0, stream: "convolution trial")
    let values = Tensor(shape: shape) { random.uniform(in: -1...1) }
    return (dataType == .float32 ? values : values.converted(to: dataType)).storage
  }
}
