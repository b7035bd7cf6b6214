import CKernels
import Tensors

// What the generator's U-Net and maps of dense evaluations need besides a ResNet's kernels.

extension KernelGroup {
  /// Group norm with SiLU in the parts that an image is visited in, on one image of the U-Net's first level.
  ///
  /// Its sums are the batch norm's; the floor counts bytes only, though SiLU takes exponentials.
  static var groupNormalization: KernelGroup {
    KernelGroup(title: "Group norm of 32 × 32 × 32") {
      [DataType.float32, .bfloat16].flatMap {
        NormalizedImage(positions: 1_024, channels: 32, $0).trials
      }
    }
  }

  /// Doubling of maps, resampling of their rows, and attention.
  package static var maps: KernelGroup {
    KernelGroup(title: "Maps of a generator and of dense probes") { doublings + resampling + attention }
  }

  /// Pixels repeated twice along both axes, as on the way up to the U-Net's first level.
  private static var doublings: [KernelTrial] {
    let (images, side, channels) = (8, 16, 32)
    let count = images * side * side * channels
    return [DataType.float32, .bfloat16].flatMap { dataType in
      let (small, large) = (Numbers(count, dataType), Numbers(4 * count, dataType))
      func trial(_ kernel: String, _ run: @escaping () -> Void) -> KernelTrial {
        KernelTrial(
          kernel, variant: dataType.rawValue, dataType: dataType, bytes: 5 * count * dataType.byteCount,
          run: run)
      }
      return [
        trial("double, 8 × 16 × 16 × 32") {
          switch dataType {
          case .bfloat16: rk_upsampled_bf16(small.words, large.words, images, side, side, channels)
          default: rk_upsampled_f32(small.floats, large.floats, images, side, side, channels)
          }
        },
        trial("gradient of doubling") {
          switch dataType {
          case .bfloat16: rk_upsampled_gradient_bf16(large.words, small.words, images, side, side, channels)
          default: rk_upsampled_gradient_f32(large.floats, small.floats, images, side, side, channels)
          }
        },
      ]
    }
  }

  /// Rows of class scores between a map's positions and the pixels of a mask, 8 times as many.
  private static var resampling: [KernelTrial] {
    let (rows, classes, factor) = (1_024, 11, 8)
    let (map, pixels) = (Numbers(rows / factor * classes), Numbers(rows * classes))
    let weights = Numbers(rows, in: 0...1)
    let lower = (0..<rows).map { Int32($0 / factor) }
    let upper = lower.map { min($0 + 1, Int32(rows / factor - 1)) }
    let bytes = 4 * rows * classes * 3
    return [
      KernelTrial("rows between two rows, 1,024 × 11", bytes: bytes) {
        rk_resampled_rows(map.floats, lower, upper, weights.floats, pixels.floats, rows, classes)
      },
      KernelTrial("their gradient", bytes: bytes) {
        rk_resampled_rows_gradient(pixels.floats, lower, upper, weights.floats, map.floats, rows, classes)
      },
    ]
  }

  /// Attention among the 64 positions of the U-Net's lowest level, its tape included.
  private static var attention: [KernelTrial] {
    let (images, positions, channels) = (8, 64, 96)
    var random = Random(seed: 0, stream: "attention")
    let x = Parameter(Tensor(shape: [images, positions, 3 * channels]) { random.uniform(in: -1...1) })
    let product = images * positions * positions * channels
    let bytes = 4 * images * (positions * 4 * channels + positions * positions)
    return [
      KernelTrial("attention, 8 × 64 × 96", multiplyAdds: 2 * product, bytes: bytes) {
        _ = x.constant.selfAttention()
      },
      KernelTrial("attention and its gradients", multiplyAdds: 6 * product, bytes: 3 * bytes) {
        withGradients(of: [x]) { Loss(x.value.selfAttention().mean()) }
      },
    ]
  }
}

/// One image's activations of one type with everything that normalizing them forwards and backwards needs.
private struct NormalizedImage {
  let positions, channels: Int
  let dataType: DataType
  private let x, gradient, result: Numbers
  private let scale, shift, mean, a, b, c, sums: Numbers

  init(positions: Int, channels: Int, _ dataType: DataType) {
    (self.positions, self.channels, self.dataType) = (positions, channels, dataType)
    func perChannel() -> Numbers { Numbers(channels, in: 0.5...1) }
    (x, gradient) = (Numbers(positions * channels, dataType), Numbers(positions * channels, dataType))
    result = Numbers(positions * channels, dataType)
    (scale, shift, mean) = (perChannel(), perChannel(), perChannel())
    (a, b, c, sums) = (perChannel(), perChannel(), perChannel(), Numbers(2 * channels))
  }

  var trials: [KernelTrial] {
    [true, false].flatMap { silu in
      let ending = silu ? ", SiLU" : ""
      return [
        trial("normalize\(ending)", moves: 2) {
          rk_gn_apply_f32(
            x.floats, scale.floats, shift.floats, silu, result.floats, 1, positions, channels)
        } bfloat16: {
          rk_gn_apply_bf16(x.words, scale.floats, shift.floats, silu, result.words, 1, positions, channels)
        },
        trial("sums of gradients\(ending)", moves: 2) {
          rk_gn_backward_sums_f32(
            gradient.floats, x.floats, scale.floats, shift.floats, mean.floats, silu, sums.floats, 1,
            positions, channels)
        } bfloat16: {
          rk_gn_backward_sums_bf16(
            gradient.words, x.words, scale.floats, shift.floats, mean.floats, silu, sums.floats, 1,
            positions, channels)
        },
        trial("gradient\(ending)", moves: 3) {
          rk_gn_backward_apply_f32(
            gradient.floats, x.floats, scale.floats, shift.floats, silu, a.floats, b.floats, c.floats,
            result.floats, 1, positions, channels)
        } bfloat16: {
          rk_gn_backward_apply_bf16(
            gradient.words, x.words, scale.floats, shift.floats, silu, a.floats, b.floats, c.floats,
            result.words, 1, positions, channels)
        },
      ]
    }
  }

  private func trial(
    _ kernel: String, moves: Int, float32: @escaping () -> Void, bfloat16: @escaping () -> Void
  ) -> KernelTrial {
    KernelTrial(
      kernel, variant: dataType.rawValue, dataType: dataType,
      bytes: moves * positions * channels * dataType.byteCount,
      run: dataType == .float32 ? float32 : bfloat16)
  }
}
