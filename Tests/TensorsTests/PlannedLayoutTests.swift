import CKernels
import TestSupport
import Testing

@testable import Tensors

/// The arithmetic of plans: who visits which images, and where values lie.
@Suite struct PlannedLayoutTests {
  @Test func buffersAliveTogetherNeverOverlap() {
    withEvery("seed", in: 0..<20) { seed in
      var random = Random(seed: UInt64(seed), stream: "arena")
      var arena = Arena()
      var placed: [(range: Range<Int>, lifetime: ClosedRange<Int>)] = []
      for _ in 0..<40 {
        let (size, first) = (1 + random.integer(below: 50_000), random.integer(below: 20))
        let lifetime = first...first + random.integer(below: 6)
        let offset = arena.place(byteCount: size, alive: lifetime)
        #expect(offset % Arena.alignment == 0 && offset + size <= arena.byteCount)
        for other in placed where other.lifetime.overlaps(lifetime) {
          #expect(!other.range.overlaps(offset..<offset + size))
        }
        placed.append((offset..<offset + size, lifetime))
      }
      #expect(arena.byteCount < placed.map { $0.range.count + Arena.alignment }.reduce(0, +))
    }
  }

  @Test func everyImageIsVisitedOnceInOrderWithinItsGroup() {
    for (images, parts, groups, size) in [
      (256, 2, 4, 8), (21, 2, 1, 8), (36, 3, 4, 16), (2, 3, 1, 8), (64, 5, 4, 64),
    ] {
      let partition = BatchPartition(images: images, parts: parts, groups: groups, size: size)
      let chunks = partition.chunks.joined()
      #expect(chunks.flatMap { $0.start..<$0.start + $0.count } == Array(0..<images))
      #expect(chunks.map(\.index) == Array(0..<partition.count))
      for chunk in chunks {
        #expect(chunk.count <= size && partition.counts.contains(chunk.count))
        #expect(chunk.start / (images / groups) == chunk.group)
        #expect((chunk.start + chunk.count - 1) / (images / groups) == chunk.group)
        #expect(partition.groups[chunk.group].contains(chunk.index))
      }
      #expect(partition.groups.map(\.count).reduce(0, +) == partition.count)
    }
  }

  @Test func inferenceVisitsWhatItNeedsFirst() {
    for (images, parts, wanted) in [
      (256, 2, [8, 8, 8, 16, 16, 64]), (70, 3, [5, 13, 4, 40]), (1, 2, [8, 64]),
    ] {
      let order = DepthFirstOrder(images: images, parts: parts, wanted: wanted)
      for (before, after) in zip(order.sizes, order.sizes.dropFirst()) { #expect(after % before == 0) }
      for part in 0..<parts {
        var done = [Int](repeating: 0, count: wanted.count)
        let range = WorkerPool.part(of: images, worker: part, workers: parts)
        for visit in order.visits[part] {
          let (feature, chunk) = (visit.feature, visit.chunk)
          #expect(chunk.position == done[feature] && chunk.start == range.lowerBound + chunk.position)
          done[feature] += chunk.count
          #expect(chunk.count <= order.sizes[feature] && order.counts(of: feature).contains(chunk.count))
          if feature > 0 { #expect(done[feature - 1] >= done[feature]) }
          // A place of the size of a later chunk is free again before it is written anew.
          #expect(done[feature] - (done.last ?? 0) <= order.sizes.last!)
        }
        #expect(done.allSatisfy { $0 == range.count })
      }
    }
  }

  @Test(arguments: [32, 3]) func oneKernelPacksForAllNumbersOfImagesWithItsLayout(_ inputs: Int) {
    let geometry = ConvolutionGeometry(
      input: [1, 8, 8, inputs], weight: [32, inputs, 3, 3], stride: 1, padding: 1)
    for dataType in [DataType.float32, .bfloat16] {
      for direction in [ConvolutionKernelKey.Direction.forward, .data, .weights] {
        let kernels = [1, 3, 8].map {
          ConvolutionKernels.kernel(
            ConvolutionKernelKey(direction: direction, geometry: geometry, dataType: dataType, images: $0))
        }
        for (a, b) in zip(kernels, kernels.dropFirst()) {
          let isShared = ConvolutionKernels.packer(for: a) === ConvolutionKernels.packer(for: b)
          #expect(isShared == a.sharesLayout(with: b))
        }
      }
    }
  }

  /// The fast kernels are taken wherever they exist: without them nothing is wrong, only slow.
  @Test(arguments: [DataType.float32, .bfloat16]) func ownKernelsAreTaken(_ dataType: DataType) {
    func kernel(
      _ direction: ConvolutionKernelKey.Direction, inputs: Int, side: Int = 8
    ) -> any ConvolutionKernel {
      let geometry = ConvolutionGeometry(
        input: [1, side, side, inputs], weight: [16, inputs, 3, 3], stride: 1, padding: 1)
      return ConvolutionKernels.kernel(
        ConvolutionKernelKey(direction: direction, geometry: geometry, dataType: dataType, images: 4))
    }
    let isBFloat16 = dataType == .bfloat16
    let exist = isBFloat16 ? rk_conv3x3_supported_bf16(16, 16, 1) : rk_conv3x3_supported_f32(16, 16, 1)
    let existForImages = isBFloat16 ? rk_conv3x3_rgb_supported_bf16(16) : rk_conv3x3_rgb_supported_f32(16)
    for direction in [ConvolutionKernelKey.Direction.forward, .data, .weights] {
      #expect((kernel(direction, inputs: 16) is WinogradConvolution) == (exist && !isBFloat16))
      #expect((kernel(direction, inputs: 16) is DirectConvolution) == (exist && isBFloat16))
      for side in [2, 7] {
        #expect((kernel(direction, inputs: 16, side: side) is DirectConvolution) == exist)
      }
      #expect((kernel(direction, inputs: 3) is ImageConvolution) == (existForImages && direction != .data))
    }
    #expect(kernel(.data, inputs: 16).addsDataGradients == exist)
    #expect(!kernel(.forward, inputs: 16).addsDataGradients && !kernel(.data, inputs: 3).addsDataGradients)
  }
}
