import CKernels

/// Elementwise kernels over whole tensors: values in, values out, no tape.
enum Elementwise {
  typealias Input = UnsafePointer<Float>
  typealias Output = UnsafeMutablePointer<Float>

  /// Below this many elements waking the pool costs more than it saves.
  static let grain = 32_768

  static func map(_ x: Tensor, _ kernel: (Input, Output, Int) -> Void) -> Tensor {
    let y = Tensor(uninitialized: x.shape)
    let (source, target) = (x.floatPointer, y.floatPointer)
    withExtendedLifetime((x, y)) {
      WorkerPool.forEachRange(of: x.count, grain: grain) { range in
        kernel(source + range.lowerBound, target + range.lowerBound, range.count)
      }
    }
    return y
  }

  static func combine(
    _ a: Tensor, _ b: Tensor, _ name: String, _ kernel: (Input, Input, Output, Int) -> Void
  ) -> Tensor {
    precondition(a.shape == b.shape, "\(name) of tensors of shapes \(a.shape) and \(b.shape)")
    let y = Tensor(uninitialized: a.shape)
    let (left, right, target) = (a.floatPointer, b.floatPointer, y.floatPointer)
    withExtendedLifetime((a, b, y)) {
      WorkerPool.forEachRange(of: a.count, grain: grain) { range in
        let start = range.lowerBound
        kernel(left + start, right + start, target + start, range.count)
      }
    }
    return y
  }

  static func add(_ a: Tensor, _ b: Tensor) -> Tensor {
    guard a.dataType == .bfloat16 else { return combine(a, b, "sum") { rk_add($0, $1, $2, $3) } }
    precondition(a.shape == b.shape, "sum of tensors of shapes \(a.shape) and \(b.shape)")
    let y = Tensor(uninitialized: a.shape, .bfloat16)
    forEachPart(of: y.count) { start, count in
      rk_add_bf16(a.words + start, b.words + start, y.words + start, count)
    }
    return y
  }
  static func subtract(_ a: Tensor, _ b: Tensor) -> Tensor {
    combine(a, b, "difference") { rk_subtract($0, $1, $2, $3) }
  }
  static func multiply(_ a: Tensor, _ b: Tensor) -> Tensor {
    combine(a, b, "product") { rk_multiply($0, $1, $2, $3) }
  }
  static func divide(_ a: Tensor, _ b: Tensor) -> Tensor {
    combine(a, b, "quotient") { rk_divide($0, $1, $2, $3) }
  }
  static func scale(_ x: Tensor, by factor: Float) -> Tensor { map(x) { rk_scale($0, factor, $1, $2) } }
  static func exp(_ x: Tensor) -> Tensor { map(x) { rk_exp($0, $1, $2) } }
  static func log(_ x: Tensor) -> Tensor { map(x) { rk_log($0, $1, $2) } }

  static func relu(_ x: Tensor) -> Tensor {
    let y = Tensor(uninitialized: x.shape, x.dataType)
    forEachPart(of: x.count) { start, count in
      switch x.dataType {
      case .bfloat16: rk_relu_bf16(x.words + start, y.words + start, count)
      default: rk_relu_f32(x.floatPointer + start, y.floatPointer + start, count)
      }
    }
    return y
  }

  static func reluGradient(_ dy: Tensor, fromResult y: Tensor) -> Tensor {
    let dx = Tensor(uninitialized: y.shape, y.dataType)
    forEachPart(of: y.count) { start, count in
      switch y.dataType {
      case .bfloat16: rk_relu_gradient_bf16(dy.words + start, y.words + start, dx.words + start, count)
      default:
        rk_relu_gradient_f32(dy.floatPointer + start, y.floatPointer + start, dx.floatPointer + start, count)
      }
    }
    return dx
  }

  static func convert(_ x: Tensor, to dataType: DataType) -> Tensor {
    let y = Tensor(uninitialized: x.shape, dataType)
    forEachPart(of: x.count) { start, count in
      switch (x.dataType, dataType) {
      case (.float32, .bfloat16): rk_f32_to_bf16(x.floatPointer + start, y.words + start, count)
      case (.bfloat16, .float32): rk_bf16_to_f32(x.words + start, y.floatPointer + start, count)
      default: preconditionFailure("no conversion from \(x.dataType) to \(dataType)")
      }
    }
    return y
  }

  /// Calls `body` with start and length of each worker's part of 0..<`count`.
  static func forEachPart(of count: Int, _ body: (Int, Int) -> Void) {
    WorkerPool.forEachRange(of: count, grain: grain) { body($0.lowerBound, $0.count) }
  }
}

extension Tensor {
  /// The address of a bfloat16 tensor's elements.
  var words: UnsafeMutablePointer<UInt16> {
    precondition(dataType == .bfloat16, "bfloat16 elements asked of a \(dataType) tensor of shape \(shape)")
    return storage.pointer.assumingMemoryBound(to: UInt16.self)
  }

  /// The address of an int32 tensor's elements.
  var integers: UnsafeMutablePointer<Int32> {
    precondition(dataType == .int32, "int32 elements asked of a \(dataType) tensor of shape \(shape)")
    return storage.pointer.assumingMemoryBound(to: Int32.self)
  }

  /// Adds `other` in place; copies first when the storage is shared.
  mutating func accumulate(_ other: Tensor) {
    precondition(
      shape == other.shape && dataType == other.dataType,
      "a \(other.dataType) gradient of shape \(other.shape) added to a \(dataType) one of shape \(shape)")
    let (count, dataType) = (count, dataType)
    withMutableBytes { bytes in
      let target = bytes.baseAddress!
      Elementwise.forEachPart(of: count) { start, length in
        switch dataType {
        case .bfloat16:
          let words = target.assumingMemoryBound(to: UInt16.self) + start
          rk_add_bf16(words, other.words + start, words, length)
        default:
          let floats = target.assumingMemoryBound(to: Float.self) + start
          rk_add(floats, other.floatPointer + start, floats, length)
        }
      }
    }
  }
}
