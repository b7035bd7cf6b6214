import CKernels
import COneDNN
import Tensors

// The kernels of a ResNet-18 on images of 32 × 32 pixels.

extension KernelGroup {
  /// Its convolutions at `width` channels in the first stage, each in the chunk that the engine visits at once.
  package static func convolutions(width w: Int, _ dataType: DataType) -> KernelGroup {
    let shapes: [(side: Int, inputs: Int, outputs: Int, kernel: Int, stride: Int)] =
      [(32, 3, w, 3, 1), (32, w, w, 3, 1)]
      + [1, 2, 4].flatMap { factor in
        let (side, channels) = (32 / factor, factor * w)
        return [
          (side, channels, 2 * channels, 3, 2), (side, channels, 2 * channels, 1, 2),
          (side / 2, 2 * channels, 2 * channels, 3, 1),
        ]
      }
    return KernelGroup(title: "Convolutions at width \(w), \(dataType)") {
      shapes.flatMap { shape in
        ConvolutionTrial.Direction.allCases.compactMap { direction -> KernelTrial? in
          // Images want no gradient.
          if shape.inputs == 3 && direction == .dataGradient { return nil }
          let trial = ConvolutionTrial(
            direction, side: shape.side, inputChannels: shape.inputs, outputChannels: shape.outputs,
            kernel: shape.kernel, stride: shape.stride, dataType: dataType)
          let step = shape.stride == 1 ? "" : ", stride \(shape.stride)"
          return KernelTrial(
            "\(shape.kernel) × \(shape.kernel), \(shape.inputs) to \(shape.outputs)\(step), "
              + "\(trial.images) × \(shape.side) × \(shape.side)",
            variant: direction.rawValue, dataType: dataType, multiplyAdds: trial.multiplyAdds,
            bytes: trial.bytes,
            run: trial.callAsFunction)
        }
      }
    }
  }

  /// Bringing weights and their gradients into and out of the layouts of our own kernels.
  package static var weights: KernelGroup {
    KernelGroup(title: "Weights of 3 × 3 kernels, 128 to 128") {
      let channels = 128
      let count = 9 * channels * channels
      let (weights, own) = (Numbers(count), Numbers(rk_conv3x3_gradient_count(channels, channels)))
      let (floats, words) = (Numbers(count), Numbers(count, .bfloat16))
      var trials: [KernelTrial] = []
      if rk_conv3x3_supported_f32(channels, channels, 1) {
        trials += [
          KernelTrial("pack for the output", variant: "float32", bytes: 8 * count) {
            rk_conv3x3_pack_forward_f32(weights.floats, channels, channels, floats.floats)
          },
          KernelTrial("pack for the data gradient", variant: "float32", bytes: 8 * count) {
            rk_conv3x3_pack_data_f32(weights.floats, channels, channels, 1, floats.floats)
          },
          KernelTrial("add the weight gradient", variant: "float32", bytes: 12 * count) {
            rk_conv3x3_add_gradient_f32(own.floats, channels, channels, weights.floats)
          },
        ]
      }
      if rk_conv3x3_supported_bf16(channels, channels, 1) {
        trials += [
          KernelTrial("pack for the output", variant: "bfloat16", bytes: 6 * count) {
            rk_conv3x3_pack_forward_bf16(weights.floats, channels, channels, words.words)
          },
          KernelTrial("pack for the data gradient", variant: "bfloat16", bytes: 6 * count) {
            rk_conv3x3_pack_data_bf16(weights.floats, channels, channels, 1, words.words)
          },
          KernelTrial("add the weight gradient", variant: "bfloat16", bytes: 12 * count) {
            rk_conv3x3_add_gradient_bf16(own.floats, channels, channels, weights.floats)
          },
        ]
      }
      return trials
    }
  }

  /// Batch norm, ReLU and the residual addition in the forms that the executor has, on a chunk of the first stage.
  package static var normalization: KernelGroup {
    KernelGroup(title: "Normalization of 8 × 32 × 32 × 16") {
      [DataType.float32, .bfloat16].flatMap { Activations(rows: 8 * 1_024, channels: 16, $0).trials }
    }
  }

  /// Passes over activations without statistics, and conversions.
  static var elementwise: KernelGroup {
    KernelGroup(title: "Element by element, 131,072 numbers") {
      let count = 131_072
      let (a, b, y) = (Numbers(count), Numbers(count), Numbers(count))
      let (c, d, z) = (Numbers(count, .bfloat16), Numbers(count, .bfloat16), Numbers(count, .bfloat16))
      var trials = both("add", count, moves: 3) {
        rk_add(a.floats, b.floats, y.floats, count)
      } bfloat16: {
        rk_add_bf16(c.words, d.words, z.words, count)
      }
      trials += both("add, then ReLU", count, moves: 3) {
        rk_add_relu_f32(a.floats, b.floats, y.floats, count)
      } bfloat16: {
        rk_add_relu_bf16(c.words, d.words, z.words, count)
      }
      trials += both("ReLU", count, moves: 2) {
        rk_relu_f32(a.floats, y.floats, count)
      } bfloat16: {
        rk_relu_bf16(c.words, z.words, count)
      }
      trials += both("gradient of ReLU", count, moves: 3) {
        rk_relu_gradient_f32(a.floats, b.floats, y.floats, count)
      } bfloat16: {
        rk_relu_gradient_bf16(c.words, d.words, z.words, count)
      }
      trials += [
        KernelTrial("convert to the other type", bytes: 6 * count) {
          rk_f32_to_bf16(a.floats, z.words, count)
        },
        KernelTrial("convert to the other type", variant: "bfloat16", bytes: 6 * count) {
          rk_bf16_to_f32(c.words, y.floats, count)
        },
      ]
      return trials
    }
  }

  /// The average over an image, and oneDNN's maximum.
  package static var pooling: KernelGroup {
    KernelGroup(title: "Pooling") {
      let (images, positions, channels) = (64, 16, 128)
      let count = images * positions * channels
      let (x, y, z) = (Numbers(count), Numbers(images * channels), Numbers(count, .bfloat16))
      var trials = both("average, 64 × 4 × 4 × 128", count, moves: 1) {
        rk_global_average_f32(x.floats, y.floats, images, positions, channels)
      } bfloat16: {
        rk_global_average_bf16(z.words, y.floats, images, positions, channels)
      }
      trials += both("gradient of the average", count, moves: 1) {
        rk_global_average_gradient_f32(y.floats, x.floats, images, positions, channels)
      } bfloat16: {
        rk_global_average_gradient_bf16(y.floats, z.words, images, positions, channels)
      }
      return trials + maxima
    }
  }

  private static var maxima: [KernelTrial] {
    let (images, side, channels) = (8, 32, 16)
    let (count, pooled) = (images * side * side * channels, images * side * side * channels / 4)
    return [DataType.float32, .bfloat16].flatMap { dataType -> [KernelTrial] in
      let shape = rd_pool_shape(
        images: images, height: side, width: side, channels: channels, kernel_height: 3, kernel_width: 3,
        stride: 2, padding: 1)
      guard let pool = MaximumPooling(shape, dataType) else { return [] }
      let (x, y) = (Numbers(count, dataType), Numbers(pooled, dataType))
      let bytes = (count + pooled) * dataType.byteCount + pooled
      return [
        KernelTrial("maximum of 3 × 3, stride 2, 8 × 32 × 32 × 16", variant: dataType.rawValue, bytes: bytes)
        {
          _ = rd_pool_forward(pool.handle, x.floats, y.floats, pool.places.floats, pool.scratch.floats)
        },
        KernelTrial("gradient of the maximum", variant: dataType.rawValue, bytes: bytes) {
          _ = rd_pool_backward(pool.handle, y.floats, pool.places.floats, x.floats, pool.scratch.floats)
        },
      ]
    }
  }

  /// The two forms of a kernel that reads or writes `moves` numbers for each of `count`.
  private static func both(
    _ kernel: String, _ count: Int, moves: Int, float32: @escaping () -> Void,
    bfloat16: @escaping () -> Void
  ) -> [KernelTrial] {
    [
      KernelTrial(kernel, bytes: 4 * moves * count, run: float32),
      KernelTrial(kernel, variant: "bfloat16", dataType: .bfloat16, bytes: 2 * moves * count, run: bfloat16),
    ]
  }
}

/// oneDNN's maximum pooling, and the memory that it asks for.
private final class MaximumPooling {
  let handle: OpaquePointer
  let places, scratch: Numbers

  /// Returns `nil` where oneDNN has none.
  init?(_ shape: rd_pool_shape, _ dataType: DataType) {
    var made: OpaquePointer?
    let status = rd_pool_create(&made, RD_POOL_MAX, shape, dataType == .bfloat16 ? RD_BF16 : RD_F32)
    guard status == RD_OK, let made else { return nil }
    handle = made
    places = Numbers(rd_pool_workspace_bytes(made) / 4 + 16)
    scratch = Numbers(rd_pool_scratch_bytes(made) / 4 + 16)
  }

  deinit { rd_pool_destroy(handle) }
}

/// A chunk of activations of one type with everything that normalizing it forwards and backwards needs.
private struct Activations {
  let rows, channels: Int
  let dataType: DataType
  private let x, y, residual, gradient, result, masked: Numbers
  private let scale, shift, mean, reciprocal, a, b, c: Numbers
  private let sums: UnsafeMutablePointer<Double>
  private let sumsOwner: Numbers

  init(rows: Int, channels: Int, _ dataType: DataType) {
    (self.rows, self.channels, self.dataType) = (rows, channels, dataType)
    func activations() -> Numbers { Numbers(rows * channels, dataType) }
    func perChannel() -> Numbers { Numbers(channels, in: 0.5...1) }
    (x, y, residual) = (activations(), activations(), activations())
    (gradient, result, masked) = (activations(), activations(), activations())
    (scale, shift, mean, reciprocal) = (perChannel(), perChannel(), perChannel(), perChannel())
    (a, b, c) = (perChannel(), perChannel(), perChannel())
    sumsOwner = Numbers(4 * channels)
    sums = UnsafeMutableRawPointer(sumsOwner.floats).assumingMemoryBound(to: Double.self)
  }

  var trials: [KernelTrial] {
    [
      trial("sums of values and squares", moves: 1) {
        rk_bn_sums_f32(x.floats, rows, channels, nil, sums)
      } bfloat16: {
        rk_bn_sums_bf16(x.words, rows, channels, nil, sums)
      },
      apply("normalize", moves: 2, adding: nil, thenReLU: false),
      apply("normalize, ReLU", moves: 2, adding: nil, thenReLU: true),
      apply("normalize, add, ReLU", moves: 3, adding: residual, thenReLU: true),
      gradientSums("sums of gradients, mask by the map", moves: 2, mask: nil),
      gradientSums("sums of gradients, mask by the result", moves: 3, mask: y),
      gradients("gradient, mask by the map", moves: 3, mask: nil, masked: nil),
      gradients("gradient, mask by the result, masked kept", moves: 5, mask: y, masked: masked),
    ]
  }

  private func trial(
    _ kernel: String, moves: Int, float32: @escaping () -> Void, bfloat16: @escaping () -> Void
  ) -> KernelTrial {
    KernelTrial(
      kernel, variant: dataType.rawValue, dataType: dataType,
      bytes: moves * rows * channels * dataType.byteCount,
      run: dataType == .float32 ? float32 : bfloat16)
  }

  private func apply(_ kernel: String, moves: Int, adding addend: Numbers?, thenReLU: Bool) -> KernelTrial {
    trial(kernel, moves: moves) {
      rk_bn_apply_f32(
        x.floats, scale.floats, shift.floats, addend?.floats, nil, nil, thenReLU, result.floats, rows,
        channels)
    } bfloat16: {
      rk_bn_apply_bf16(
        x.words, scale.floats, shift.floats, addend?.words, nil, nil, thenReLU, result.words, rows, channels)
    }
  }

  /// Masked by `mask` where it is given, else by the affine map before the ReLU.
  private func gradientSums(_ kernel: String, moves: Int, mask: Numbers?) -> KernelTrial {
    let own = mask == nil ? scale.floats : nil
    let offset = mask == nil ? shift.floats : nil
    return trial(kernel, moves: moves) {
      rk_bn_backward_sums_f32(
        gradient.floats, x.floats, mask?.floats, own, offset, mean.floats, reciprocal.floats, rows, channels,
        sums)
    } bfloat16: {
      rk_bn_backward_sums_bf16(
        gradient.words, x.words, mask?.words, own, offset, mean.floats, reciprocal.floats, rows, channels,
        sums)
    }
  }

  private func gradients(_ kernel: String, moves: Int, mask: Numbers?, masked: Numbers?) -> KernelTrial {
    let own = mask == nil ? scale.floats : nil
    let offset = mask == nil ? shift.floats : nil
    return trial(kernel, moves: moves) {
      rk_bn_backward_apply_f32(
        gradient.floats, x.floats, mask?.floats, own, offset, a.floats, b.floats, c.floats, result.floats,
        masked?.floats, false, rows, channels)
    } bfloat16: {
      rk_bn_backward_apply_bf16(
        gradient.words, x.words, mask?.words, own, offset, a.floats, b.floats, c.floats, result.words,
        masked?.words, false, rows, channels)
    }
  }
}
