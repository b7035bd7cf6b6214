/// A contiguous, row-major array of numbers; four-dimensional tensors are N × H × W × C.
///
/// A tensor is a value: assigning copies, mutating one never changes another, and storage is shared until then. There
/// are no strides and no views, so every kernel sees one layout. The only trace of differentiation is `node`: a tensor
/// computed from a parameter named in `withGradients(of:)` carries its place on the tape; every other tensor is a
/// constant, costs nothing to compute with, and is recycled at its last use.
public struct Tensor: @unchecked Sendable {
  /// The extents.
  public let shape: Shape
  /// What one element is.
  public let dataType: DataType
  var storage: Storage
  var node: Tape.Node?

  init(shape: Shape, dataType: DataType, storage: Storage, node: Tape.Node? = nil) {
    self.shape = shape
    self.dataType = dataType
    self.storage = storage
    self.node = node
  }

  /// Creates a tensor of unspecified content, to be filled through `withMutableBytes` and its like.
  public init(uninitialized shape: Shape, _ dataType: DataType = .float32) {
    self.init(
      shape: shape, dataType: dataType, storage: Storage(byteCount: shape.count * dataType.byteCount))
  }

  /// Creates a tensor of zeros.
  public init(zeros shape: Shape, _ dataType: DataType = .float32) {
    self.init(uninitialized: shape, dataType)
    storage.pointer.initializeMemory(as: UInt8.self, repeating: 0, count: storage.byteCount)
  }

  /// Creates a float32 tensor whose elements are all `value`.
  public init(repeating value: Float, shape: Shape) {
    self.init(uninitialized: shape)
    storage.pointer.initializeMemory(as: Float.self, repeating: value, count: shape.count)
  }

  /// Creates a float32 tensor of the given elements in row-major order; traps when their number is not the shape's.
  public init(_ values: [Float], shape: Shape) {
    precondition(values.count == shape.count, "\(values.count) values do not fill a tensor of shape \(shape)")
    self.init(uninitialized: shape)
    values.withUnsafeBytes { storage.pointer.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
  }

  /// Creates a float32 tensor with each element drawn by `next`.
  public init(shape: Shape, drawing next: () -> Float) {
    self.init(uninitialized: shape)
    let elements = storage.pointer.assumingMemoryBound(to: Float.self)
    for index in 0..<shape.count { elements[index] = next() }
  }

  /// The number of elements.
  public var count: Int { shape.count }

  /// Whether gradients flow through this tensor to a named parameter.
  public var isRecorded: Bool { node?.tape.isRecording ?? false }

  /// The same values as a constant, through which no gradient flows.
  public var constant: Tensor { Tensor(shape: shape, dataType: dataType, storage: storage) }
}

// MARK: Reading and writing elements

extension Tensor {
  /// The elements in row-major order, converted to `Float`.
  public var floats: [Float] {
    switch dataType {
    case .float32: withFloats { Array($0) }
    case .bfloat16: converted(to: .float32).floats
    case .int32: withBytes { $0.assumingMemoryBound(to: Int32.self).map(Float.init) }
    case .uint8: withBytes { $0.map(Float.init) }
    }
  }

  /// The only element of a tensor that has one; traps otherwise.
  public var item: Float {
    precondition(count == 1, "item of a tensor of shape \(shape), which has \(count) elements")
    return floats[0]
  }

  /// Calls `body` with the bytes of the elements.
  public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try withExtendedLifetime(storage) {
      try body(UnsafeRawBufferPointer(start: storage.pointer, count: count * dataType.byteCount))
    }
  }

  /// Calls `body` with the elements of a float32 tensor; traps for another data type.
  public func withFloats<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
    precondition(dataType == .float32, "float32 elements asked of a \(dataType) tensor of shape \(shape)")
    return try withBytes { try body($0.assumingMemoryBound(to: Float.self)) }
  }

  /// Calls `body` with the bytes of the elements for writing, after making the storage this tensor's own.
  public mutating func withMutableBytes<R>(_ body: (UnsafeMutableRawBufferPointer) throws -> R) rethrows -> R
  {
    precondition(!isRecorded, "a tensor on the tape (shape \(shape)) cannot be changed in place")
    if !isKnownUniquelyReferenced(&storage) {
      let copy = Storage(byteCount: storage.byteCount)
      copy.pointer.copyMemory(from: storage.pointer, byteCount: count * dataType.byteCount)
      storage = copy
    }
    return try withExtendedLifetime(storage) {
      try body(UnsafeMutableRawBufferPointer(start: storage.pointer, count: count * dataType.byteCount))
    }
  }

  /// Calls `body` with the elements of a float32 tensor for writing, after making the storage this tensor's own.
  public mutating func withMutableFloats<R>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> R
  ) rethrows -> R {
    precondition(dataType == .float32, "float32 elements asked of a \(dataType) tensor of shape \(shape)")
    return try withMutableBytes { try body($0.assumingMemoryBound(to: Float.self)) }
  }

  /// The address of the elements; valid while `storage` is held.
  var floatPointer: UnsafeMutablePointer<Float> {
    precondition(dataType == .float32, "float32 elements asked of a \(dataType) tensor of shape \(shape)")
    return storage.pointer.assumingMemoryBound(to: Float.self)
  }
}

extension Tensor: CustomStringConvertible {
  public var description: String {
    let shown = floats.prefix(8).map { "\($0)" }.joined(separator: ", ")
    return "\(dataType) \(shape) [\(shown)\(count > 8 ? ", …" : "")]"
  }
}
