import Tensors

/// The types of elements that safetensors files have, by the format's names and in the order of their tensors in a file.
enum ElementType: String, CaseIterable {
  case u64 = "U64"
  case i64 = "I64"
  case f64 = "F64"
  case f32 = "F32"
  case u32 = "U32"
  case i32 = "I32"
  case bf16 = "BF16"
  case f16 = "F16"
  case u16 = "U16"
  case i16 = "I16"
  case i8 = "I8"
  case u8 = "U8"
  case bool = "BOOL"

  /// Bytes of one element.
  var byteCount: Int {
    switch self {
    case .f64, .i64, .u64: 8
    case .f32, .i32, .u32: 4
    case .f16, .bf16, .i16, .u16: 2
    case .i8, .u8, .bool: 1
    }
  }

  /// The engine's type; `nil` where it has none.
  var dataType: DataType? {
    switch self {
    case .f32: .float32
    case .bf16: .bfloat16
    case .i32: .int32
    case .u8: .uint8
    default: nil
    }
  }

  /// The type of the engine's tensors.
  init(_ type: DataType) {
    self =
      switch type {
      case .float32: .f32
      case .bfloat16: .bf16
      case .int32: .i32
      case .uint8: .u8
      }
  }

  /// The place of the type's tensors in a file: wide before narrow, as in the format's reference implementation.
  var rank: Int { ElementType.allCases.firstIndex(of: self)! }
}
