/// Untyped memory as what a kernel takes.
extension UnsafeRawPointer {
  /// As bfloat16.
  var words: UnsafePointer<UInt16> { assumingMemoryBound(to: UInt16.self) }
  /// As float32.
  var floats: UnsafePointer<Float> { assumingMemoryBound(to: Float.self) }
}

extension UnsafeMutableRawPointer {
  /// As bfloat16.
  var words: UnsafeMutablePointer<UInt16> { assumingMemoryBound(to: UInt16.self) }
  /// As float32.
  var floats: UnsafeMutablePointer<Float> { assumingMemoryBound(to: Float.self) }
}
