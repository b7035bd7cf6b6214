import FoundationEssentials
import Tensors

/// Numbers of a file of weights that another program wrote, as they lie in it: row-major, little-endian.
public enum ForeignTensor {
  /// What numbers with a fraction are stored as.
  public enum Format: Sendable {
    case float64, float32, float16, bfloat16

    /// Bytes of one number.
    public var byteCount: Int {
      switch self {
      case .float64: 8
      case .float32: 4
      case .float16, .bfloat16: 2
      }
    }
  }

  /// The numbers in `bytes` as float32; traps unless `shape` has as many.
  public static func float32(
    _ bytes: UnsafeRawBufferPointer, format: Format, shape: Shape
  ) -> Tensor {
    precondition(
      bytes.count == shape.count * format.byteCount, "\(bytes.count) bytes of a tensor of shape \(shape)")
    var tensor = Tensor(uninitialized: shape)
    tensor.withMutableFloats { target in
      for place in target.indices {
        switch format {
        case .float64:
          let bits = bytes.loadUnaligned(fromByteOffset: 8 * place, as: UInt64.self)
          target[place] = Float(Double(bitPattern: UInt64(littleEndian: bits)))
        case .float32:
          let bits = bytes.loadUnaligned(fromByteOffset: 4 * place, as: UInt32.self)
          target[place] = Float(bitPattern: UInt32(littleEndian: bits))
        case .float16:
          let bits = bytes.loadUnaligned(fromByteOffset: 2 * place, as: UInt16.self)
          target[place] = widened(half: UInt16(littleEndian: bits))
        case .bfloat16:
          let bits = bytes.loadUnaligned(fromByteOffset: 2 * place, as: UInt16.self)
          target[place] = Float(bitPattern: UInt32(UInt16(littleEndian: bits)) << 16)
        }
      }
    }
    return tensor
  }

  /// IEEE 754's 16 bits: one of sign, five of exponent, ten of fraction.
  static func widened(half bits: UInt16) -> Float {
    let (sign, exponent, fraction) = (UInt32(bits >> 15), UInt32(bits >> 10 & 31), UInt32(bits & 1_023))
    switch exponent {
    case 0: return (sign == 1 ? -1 : 1) * Float(fraction) * 0x1p-24
    case 31: return Float(bitPattern: sign << 31 | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign << 31 | (exponent + 112) << 23 | fraction << 13)
    }
  }
}

extension ElementType {
  /// How numbers with a fraction are stored; `nil` for whole numbers.
  fileprivate var format: ForeignTensor.Format? {
    switch self {
    case .f64: .float64
    case .f32: .float32
    case .f16: .float16
    case .bf16: .bfloat16
    default: nil
    }
  }
}

extension Checkpoint {
  /// Reads the numbers with a fraction of a safetensors file that any program wrote, as float32; whole numbers, such as
  /// counters of batches, are left out.
  ///
  /// - Throws: `CheckpointError` when the file is missing, cut off, of another format, or does not agree with itself.
  public static func weights(from file: URL) throws -> Checkpoint {
    try naming(file) {
      let reader = try FileReader(path: file.path)
      let header = try CheckpointHeader(readFrom: reader)
      var tensors: [String: Tensor] = [:]
      for entry in header.entries {
        guard let format = entry.type.format else { continue }
        let bytes = try reader.bytes(
          at: header.dataStart + entry.range.lowerBound, count: entry.range.count)
        tensors[entry.name] = bytes.withUnsafeBytes {
          ForeignTensor.float32($0, format: format, shape: entry.shape)
        }
      }
      return Checkpoint(tensors: tensors, metadata: header.metadata, path: file.path)
    }
  }
}
