import CKernels

/// Convolutions of whole batches: each worker walks its part of the images in chunks that stay in its cache.
enum Convolution {
  typealias Direction = ConvolutionKernelKey.Direction

  static func forward(_ x: Tensor, _ weight: Parameter, _ g: ConvolutionGeometry) -> Tensor {
    let y = Tensor(
      uninitialized: [x.shape.batch, g.outputHeight, g.outputWidth, g.outputChannels], x.dataType)
    run(.forward, from: x, to: y, weight, g, inputSize: g.inputSize, outputSize: g.outputSize)
    return y
  }

  static func dataGradient(_ dy: Tensor, _ weight: Parameter, _ g: ConvolutionGeometry) -> Tensor {
    let dx = Tensor(uninitialized: [dy.shape.batch, g.height, g.width, g.inputChannels], dy.dataType)
    run(.data, from: dy, to: dx, weight, g, inputSize: g.outputSize, outputSize: g.inputSize)
    return dx
  }

  /// O × I × kernel height × kernel width, float32.
  static func weightGradient(_ x: Tensor, _ dy: Tensor, _ g: ConvolutionGeometry) -> Tensor {
    let gradient = Tensor(
      zeros: [g.outputChannels, g.inputChannels, g.kernelHeight, g.kernelWidth])
    MultiplyAdds.add(x.shape.batch * g.multiplyAdds)
    let bytes = x.dataType.byteCount
    let chunks = Chunks(.weights, g, x.dataType, images: x.shape.batch)
    // One sum per worker and layout, added in the order of workers, so that a result depends on their number alone.
    let layouts = chunks.kernels.enumerated().filter { index, kernel in
      !chunks.kernels[..<index].contains { $0.sharesLayout(with: kernel) }
    }.map(\.element)
    let sumCount = layouts.map { $0.weightBytes / 4 }.reduce(0, +)
    let sums = Tensor(zeros: [WorkerPool.threads, max(1, sumCount)])
    let scratch = WorkerScratch(byteCount: chunks.scratchBytes)
    WorkerPool.run { worker, workers in
      chunks.forEach(in: WorkerPool.part(of: x.shape.batch, worker: worker, workers: workers)) {
        start, kernel in
        var offset = worker * sumCount
        for layout in layouts {
          if layout === kernel || layout.sharesLayout(with: kernel) { break }
          offset += layout.weightBytes / 4
        }
        kernel.addWeightGradient(
          x.storage.pointer + start * g.inputSize * bytes, dy.storage.pointer + start * g.outputSize * bytes,
          to: sums.floatPointer + offset, scratch: scratch.pointer(of: worker))
      }
    }
    var offset = 0
    for _ in 0..<WorkerPool.threads {
      for layout in layouts {
        layout.unpack(
          sums.floatPointer + offset, addingTo: gradient.floatPointer, scratch: scratch.pointer(of: 0))
        offset += layout.weightBytes / 4
      }
    }
    return gradient
  }

  private static func run(
    _ direction: Direction, from input: Tensor, to output: Tensor, _ weight: Parameter,
    _ g: ConvolutionGeometry,
    inputSize: Int, outputSize: Int
  ) {
    MultiplyAdds.add(input.shape.batch * g.multiplyAdds)
    let bytes = input.dataType.byteCount
    let chunks = Chunks(direction, g, input.dataType, images: input.shape.batch)
    let packed = chunks.kernels.map { packedWeights(weight, for: $0) }
    let scratch = WorkerScratch(byteCount: chunks.scratchBytes)
    WorkerPool.run { worker, workers in
      chunks.forEach(in: WorkerPool.part(of: input.shape.batch, worker: worker, workers: workers)) {
        start, kernel in
        let index = chunks.kernels.firstIndex { $0 === kernel }!
        kernel.apply(
          input.storage.pointer + start * inputSize * bytes, packed[index].pointer,
          into: output.storage.pointer + start * outputSize * bytes, scratch: scratch.pointer(of: worker))
      }
    }
  }

  /// The weights in the layout of `kernel`, packed once per version of the parameter.
  private static func packedWeights(_ weight: Parameter, for kernel: any ConvolutionKernel) -> Storage {
    let packer = ConvolutionKernels.packer(for: kernel)
    return weight.copy(ObjectIdentifier(packer)) { value, previous in
      let packed: Storage = previous ?? Storage(byteCount: packer.weightBytes)
      let scratch = Storage(byteCount: max(64, packer.scratchBytes))
      packer.pack(value.floatPointer, into: packed.pointer, scratch: scratch.pointer)
      return packed
    }
  }
}

/// How every worker's part of a batch falls into chunks, and the kernels for the chunk sizes that occur.
private struct Chunks {
  let size: Int
  let kernels: [any ConvolutionKernel]
  let scratchBytes: Int
  private let byCount: [Int: any ConvolutionKernel]

  init(
    _ direction: ConvolutionKernelKey.Direction, _ g: ConvolutionGeometry, _ dataType: DataType, images: Int
  ) {
    size = g.chunk(of: dataType)
    let workers = WorkerPool.threads
    var byCount: [Int: any ConvolutionKernel] = [:]
    var kernels: [any ConvolutionKernel] = []
    for worker in 0..<workers {
      let count = WorkerPool.part(of: images, worker: worker, workers: workers).count
      for part in [min(size, count), count % size] where part > 0 && byCount[part] == nil {
        let key = ConvolutionKernelKey(direction: direction, geometry: g, dataType: dataType, images: part)
        byCount[part] = ConvolutionKernels.kernel(key)
        kernels.append(byCount[part]!)
      }
    }
    self.byCount = byCount
    self.kernels = kernels
    scratchBytes = kernels.map(\.scratchBytes).max() ?? 0
  }

  func forEach(in range: Range<Int>, _ body: (Int, any ConvolutionKernel) -> Void) {
    for start in stride(from: range.lowerBound, to: range.upperBound, by: size) {
      body(start, byCount[min(size, range.upperBound - start)]!)
    }
  }
}
