/// One direction of one convolution: the kernels for the numbers of images that its chunks have.
struct KernelSet: Sendable {
  /// One kernel for each layout of weights, or of their gradient: the one that packs or unpacks it.
  let layouts: [any ConvolutionKernel]
  /// The most scratch memory that any of them needs.
  let scratchBytes: Int
  private let kernels: [(any ConvolutionKernel)?]
  private let layoutOfCount: [Int]

  init(
    _ direction: ConvolutionKernelKey.Direction, _ geometry: ConvolutionGeometry, _ dataType: DataType,
    counts: [Int]
  ) {
    let most = counts.max() ?? 0
    var kernels = [(any ConvolutionKernel)?](repeating: nil, count: most + 1)
    var (layouts, layoutOfCount) = ([any ConvolutionKernel](), [Int](repeating: 0, count: most + 1))
    for count in counts {
      let kernel = ConvolutionKernels.kernel(
        ConvolutionKernelKey(direction: direction, geometry: geometry, dataType: dataType, images: count))
      kernels[count] = kernel
      let packer = ConvolutionKernels.packer(for: kernel)
      let known = layouts.firstIndex { $0 === packer }
      layoutOfCount[count] = known ?? layouts.count
      if known == nil { layouts.append(packer) }
    }
    self.kernels = kernels
    self.layouts = layouts
    self.layoutOfCount = layoutOfCount
    scratchBytes = (kernels.compactMap { $0?.scratchBytes } + layouts.map(\.scratchBytes)).max() ?? 0
  }

  /// Whether every kernel can add what it makes to a gradient.
  var addsGradients: Bool { kernels.allSatisfy { $0?.addsDataGradients ?? true } }

  /// The kernel for `count` images.
  func kernel(for count: Int) -> any ConvolutionKernel { kernels[count]! }

  /// Which of the layouts the kernel for `count` images takes.
  func layout(for count: Int) -> Int { layoutOfCount[count] }
}

/// The weights of all convolutions in the layouts that their kernels take, packed once per version of a parameter.
struct PackedWeights {
  private var storages: [[Storage]]

  /// Packs what changed, every parameter on one worker; `sets` holds `nil` where no weights are needed.
  init(_ network: ConvolutionalNetwork, _ sets: [KernelSet?]) {
    storages = [[Storage]](repeating: [], count: sets.count)
    let most = sets.compactMap { $0?.scratchBytes }.max() ?? 0
    let scratchBytes = Arena.aligned(max(64, most))
    let scratch = Storage(byteCount: scratchBytes * WorkerPool.threads)
    Profile.timeOfAll(.packing) {
      storages.withUnsafeMutableBufferPointer { storages in
        WorkerPool.run { worker, workers in
          for (index, set) in sets.enumerated() {
            let weight = network.convolutions[index].weight
            // Copies of one parameter are kept by it, so one worker makes them all.
            let first = network.convolutions.firstIndex { $0.weight === weight }!
            guard let set, first % workers == worker else { continue }
            storages[index] = set.layouts.map {
              PackedWeights.packed(weight, for: $0, scratch: scratch.pointer + worker * scratchBytes)
            }
          }
        }
      }
    }
  }

  private static func packed(
    _ weight: Parameter, for kernel: any ConvolutionKernel, scratch: UnsafeMutableRawPointer
  ) -> Storage {
    weight.copy(ObjectIdentifier(kernel)) { value, previous in
      let packed: Storage = previous ?? Storage(byteCount: kernel.weightBytes)
      kernel.pack(value.floatPointer, into: packed.pointer, scratch: scratch)
      return packed
    }
  }

  /// The weights of convolution `index` in the given layout.
  func pointer(_ index: Int, layout: Int) -> UnsafeRawPointer {
    UnsafeRawPointer(storages[index][layout].pointer)
  }
}
