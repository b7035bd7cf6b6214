import CKernels

/// The passes between convolutions for one data type, over rows × channels.
struct ActivationKernels: Sendable {
  typealias Source = UnsafeRawPointer
  typealias Target = UnsafeMutableRawPointer
  typealias Numbers = UnsafePointer<Float>

  let isBFloat16: Bool

  /// A ReLU's mask: by its result where that is stored, by the affine map before it where not.
  enum Mask {
    case none
    case result(Source)
    case affine(scale: Numbers, shift: Numbers)
  }

  /// What is added before the ReLU, with the affine map it passes first.
  struct Addend {
    let values: Source
    let scale, shift: Numbers?
  }

  /// y = relu?(x · scale + shift + addend).
  func apply(
    _ x: Source, scale: Numbers, shift: Numbers, adding addend: Addend?, thenReLU: Bool, into y: Target,
    rows: Int,
    channels: Int
  ) {
    if isBFloat16 {
      rk_bn_apply_bf16(
        x.words, scale, shift, addend?.values.words, addend?.scale, addend?.shift, thenReLU,
        y.words,
        rows, channels)
    } else {
      rk_bn_apply_f32(
        x.floats, scale, shift, addend?.values.floats, addend?.scale, addend?.shift, thenReLU,
        y.floats,
        rows, channels)
    }
  }

  /// The sums over rows of the masked gradient, and of it times the normalized input.
  func gradientSums(
    _ g: Source, _ x: Source, _ mask: Mask, mean: Numbers, reciprocal: Numbers, rows: Int, channels: Int,
    into sums: UnsafeMutablePointer<Double>
  ) {
    let (y, scale, shift) = parts(of: mask)
    if isBFloat16 {
      rk_bn_backward_sums_bf16(
        g.words, x.words, y.map(\.words), scale, shift, mean, reciprocal, rows, channels, sums)
    } else {
      rk_bn_backward_sums_f32(
        g.floats, x.floats, y.map(\.floats), scale, shift, mean, reciprocal, rows, channels, sums)
    }
  }

  /// dx = a g' + b x + c, g' being the masked gradient, which `masked` takes where given.
  func gradient(
    _ g: Source, _ x: Source, _ mask: Mask, a: Numbers, b: Numbers, c: Numbers, into dx: Target,
    masked: Target?,
    rows: Int, channels: Int
  ) {
    let (y, scale, shift) = parts(of: mask)
    if isBFloat16 {
      rk_bn_backward_apply_bf16(
        g.words, x.words, y.map(\.words), scale, shift, a, b, c, dx.words, masked.map(\.words), false, rows,
        channels)
    } else {
      rk_bn_backward_apply_f32(
        g.floats, x.floats, y.map(\.floats), scale, shift, a, b, c, dx.floats, masked.map(\.floats), false,
        rows,
        channels)
    }
  }

  /// y = y + x.
  func add(_ x: Source, to y: Target, count: Int) {
    if isBFloat16 {
      rk_add_bf16(y.words, x.words, y.words, count)
    } else {
      rk_add(y.floats, x.floats, y.floats, count)
    }
  }

  func globalAverage(
    _ x: Source, into y: UnsafeMutablePointer<Float>, images: Int, positions: Int, channels: Int
  ) {
    if isBFloat16 {
      rk_global_average_bf16(x.words, y, images, positions, channels)
    } else {
      rk_global_average_f32(x.floats, y, images, positions, channels)
    }
  }

  func globalAverageGradient(_ dy: Numbers, into dx: Target, images: Int, positions: Int, channels: Int) {
    if isBFloat16 {
      rk_global_average_gradient_bf16(dy, dx.words, images, positions, channels)
    } else {
      rk_global_average_gradient_f32(dy, dx.floats, images, positions, channels)
    }
  }

  private func parts(of mask: Mask) -> (y: Source?, scale: Numbers?, shift: Numbers?) {
    switch mask {
    case .none: (nil, nil, nil)
    case .result(let y): (y, nil, nil)
    case .affine(let scale, let shift): (nil, scale, shift)
    }
  }
}
