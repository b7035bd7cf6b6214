/// What one element of a tensor is.
public enum DataType: String, Sendable, Hashable, Codable, CaseIterable {
  case float32, bfloat16, int32, uint8

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .float32, .int32: 4
    case .bfloat16: 2
    case .uint8: 1
    }
  }
}
