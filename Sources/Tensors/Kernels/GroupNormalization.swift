import CKernels

/// Group normalization of N × H × W × C in float32 or bfloat16, statistics in float32: each worker normalizes its images
/// one after another, while they are in its cache.
struct GroupNormalization {
  let shape: Shape
  let groups: Int
  let epsilon: Float
  let thenSiLU: Bool
  /// The learned factor and offset of every channel.
  let gamma, beta: [Float]
  /// For every image C numbers s and C numbers t: the result is multiplied by 1 + s and shifted by t.
  let modulation: [Float]?

  /// What the gradient needs again: of every image and channel, its group's mean and reciprocal deviation, and the numbers
  /// that its normalization came to, y = x · scale + shift.
  struct Coefficients {
    let mean, reciprocal, scale, shift: Tensor

    init(_ shape: Shape) {
      mean = Tensor(uninitialized: shape)
      reciprocal = Tensor(uninitialized: shape)
      scale = Tensor(uninitialized: shape)
      shift = Tensor(uninitialized: shape)
    }
  }

  struct Gradients {
    let x, gamma, beta: Tensor
    let modulation: Tensor?
  }

  private var channels: Int { shape.channels }
  private var positions: Int { shape.height * shape.width }
  private var groupChannels: Int { channels / groups }

  init(
    of x: Tensor, groups: Int, gamma: Tensor, beta: Tensor, modulation: Tensor?, epsilon: Float,
    thenSiLU: Bool
  ) {
    precondition(
      x.shape.rank == 4 && groups > 0 && x.shape.channels % groups == 0,
      "\(groups) groups of channels of a tensor of shape \(x.shape)")
    let channels = x.shape.channels
    precondition(
      gamma.count == channels && beta.count == channels,
      "group normalization of shape \(x.shape) by \(gamma.count) scales and \(beta.count) offsets")
    precondition(
      modulation.map { $0.shape == [x.shape.batch, 2 * channels] } ?? true,
      "group normalization of shape \(x.shape) modulated by a tensor of shape \(modulation?.shape ?? [])")
    shape = x.shape
    self.groups = groups
    self.epsilon = epsilon
    self.thenSiLU = thenSiLU
    (self.gamma, self.beta) = (gamma.floats, beta.floats)
    self.modulation = modulation?.floats
  }

  // MARK: Forward

  func apply(to x: Tensor) -> (y: Tensor, Coefficients) {
    let y = Tensor(uninitialized: shape, x.dataType)
    let coefficients = Coefficients([shape.batch, channels])
    forEachImage(scratchBytes: 16 * channels) { image, start, scratch in
      let sums = scratch.assumingMemoryBound(to: Double.self)
      let own = image * channels
      let (scale, shift) = (coefficients.scale.floatPointer + own, coefficients.shift.floatPointer + own)
      switch x.dataType {
      case .bfloat16:
        rk_bn_sums_bf16(x.words + start, positions, channels, nil, sums)
        set(coefficients, of: image, from: sums)
        rk_gn_apply_bf16(x.words + start, scale, shift, thenSiLU, y.words + start, 1, positions, channels)
      default:
        rk_bn_sums_f32(x.floatPointer + start, positions, channels, nil, sums)
        set(coefficients, of: image, from: sums)
        rk_gn_apply_f32(
          x.floatPointer + start, scale, shift, thenSiLU, y.floatPointer + start, 1, positions, channels)
      }
    }
    return (y, coefficients)
  }

  /// Calls `body` with each image's number, the place of its first element, and its worker's scratch.
  private func forEachImage(
    scratchBytes: Int, _ body: (_ image: Int, _ start: Int, _ scratch: UnsafeMutableRawPointer) -> Void
  ) {
    let scratch = WorkerScratch(byteCount: scratchBytes)
    WorkerPool.run { worker, workers in
      for image in WorkerPool.part(of: shape.batch, worker: worker, workers: workers) {
        body(image, image * positions * channels, scratch.pointer(of: worker))
      }
    }
  }

  /// 1 + s of an image's channel, its t, and γ (1 + s).
  private func factors(_ image: Int, _ channel: Int) -> (factor: Float, shift: Float, weight: Float) {
    guard let modulation else { return (1, 0, gamma[channel]) }
    let place = image * 2 * channels + channel
    let factor = 1 + modulation[place]
    return (factor, modulation[place + channels], gamma[channel] * factor)
  }

  private func set(_ coefficients: Coefficients, of image: Int, from sums: UnsafePointer<Double>) {
    let count = Double(positions * groupChannels)
    for group in 0..<groups {
      let members = group * groupChannels..<(group + 1) * groupChannels
      let (sum, squares) = members.reduce((0.0, 0.0)) { ($0.0 + sums[$1], $0.1 + sums[channels + $1]) }
      let mean = sum / count
      let variance = max(0, squares / count - mean * mean)
      let reciprocal = Float(1 / (variance + Double(epsilon)).squareRoot())
      for channel in members {
        let (factor, shift, weight) = factors(image, channel)
        let place = image * channels + channel
        coefficients.mean.floatPointer[place] = Float(mean)
        coefficients.reciprocal.floatPointer[place] = reciprocal
        coefficients.scale.floatPointer[place] = weight * reciprocal
        coefficients.shift.floatPointer[place] =
          beta[channel] * factor + shift - Float(mean) * weight * reciprocal
      }
    }
  }

  // MARK: Backward

  /// The gradients of x, γ, β and the modulation.
  ///
  /// With z = w x̂ + v, x̂ = (x − mean) r and g the gradient of z, a channel's Σ g and Σ g (x − mean) are enough for all but
  /// x; for that, dx = r (w g − ⟨w g⟩ − x̂ ⟨w g x̂⟩), ⟨⟩ being means over the group.
  func gradients(_ dy: Tensor, x: Tensor, _ coefficients: Coefficients) -> Gradients {
    let dx = Tensor(uninitialized: shape, x.dataType)
    let sums = Tensor(uninitialized: [shape.batch, 2 * channels])
    forEachImage(scratchBytes: 12 * channels) { image, start, scratch in
      let a = scratch.assumingMemoryBound(to: Float.self)
      let (b, c, own) = (a + channels, a + 2 * channels, image * channels)
      let (scale, shift) = (coefficients.scale.floatPointer + own, coefficients.shift.floatPointer + own)
      let (mean, total) = (coefficients.mean.floatPointer + own, sums.floatPointer + 2 * own)
      switch x.dataType {
      case .bfloat16:
        rk_gn_backward_sums_bf16(
          dy.words + start, x.words + start, scale, shift, mean, thenSiLU, total, 1, positions, channels)
        setTerms(a, b, c, of: image, sums: total, coefficients)
        rk_gn_backward_apply_bf16(
          dy.words + start, x.words + start, scale, shift, thenSiLU, a, b, c, dx.words + start, 1,
          positions, channels)
      default:
        rk_gn_backward_sums_f32(
          dy.floatPointer + start, x.floatPointer + start, scale, shift, mean, thenSiLU, total, 1,
          positions, channels)
        setTerms(a, b, c, of: image, sums: total, coefficients)
        rk_gn_backward_apply_f32(
          dy.floatPointer + start, x.floatPointer + start, scale, shift, thenSiLU, a, b, c,
          dx.floatPointer + start, 1, positions, channels)
      }
    }
    return parameterGradients(dx, sums: sums.floats, reciprocals: coefficients.reciprocal.floats)
  }

  /// The numbers of an image's channels in dx = a g + b x + c.
  private func setTerms(
    _ a: UnsafeMutablePointer<Float>, _ b: UnsafeMutablePointer<Float>, _ c: UnsafeMutablePointer<Float>,
    of image: Int, sums: UnsafePointer<Float>, _ coefficients: Coefficients
  ) {
    let count = Float(positions * groupChannels)
    for group in 0..<groups {
      let members = group * groupChannels..<(group + 1) * groupChannels
      let place = image * channels + members.lowerBound
      let mean = coefficients.mean.floatPointer[place]
      let r = coefficients.reciprocal.floatPointer[place]
      var (average, along) = (Float(0), Float(0))
      for channel in members {
        let weight = factors(image, channel).weight
        average += weight * sums[channel]
        along += weight * r * sums[channels + channel]
      }
      (average, along) = (average / count, along / count)
      for channel in members {
        a[channel] = coefficients.scale.floatPointer[image * channels + channel]
        b[channel] = -r * r * along
        c[channel] = -r * average + r * r * mean * along
      }
    }
  }

  private func parameterGradients(_ dx: Tensor, sums: [Float], reciprocals: [Float]) -> Gradients {
    var dGamma = [Float](repeating: 0, count: channels)
    var dBeta = dGamma
    var dModulation = modulation.map { [Float](repeating: 0, count: $0.count) }
    for image in 0..<shape.batch {
      for channel in 0..<channels {
        let place = image * 2 * channels + channel
        // The gradients of v and w in z = w x̂ + v.
        let dv = sums[place]
        let dw = reciprocals[image * channels + channel] * sums[place + channels]
        let factor = factors(image, channel).factor
        dGamma[channel] += dw * factor
        dBeta[channel] += dv * factor
        dModulation?[place] = dw * gamma[channel] + dv * beta[channel]
        dModulation?[place + channels] = dv
      }
    }
    return Gradients(
      x: dx, gamma: Tensor(dGamma, shape: [channels]), beta: Tensor(dBeta, shape: [channels]),
      modulation: dModulation.map { Tensor($0, shape: [shape.batch, 2 * channels]) })
  }
}
