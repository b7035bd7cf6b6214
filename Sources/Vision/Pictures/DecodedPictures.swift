import Tensors

/// The planes of many pictures, decoded on every core.
struct DecodedPictures {
  /// The pictures one after the other, red, green and blue planes of each; zeros where one cannot be read.
  let bytes: [UInt8]
  /// What is wrong with those that cannot, in their order.
  let failures: [DataError]

  /// Decodes `count` pictures of `size` bytes each by what `planes` makes of their numbers.
  init(count: Int, size: Int, _ planes: @Sendable (Int) throws(DataError) -> [UInt8]) {
    var failures = [DataError?](repeating: nil, count: count)
    bytes = [UInt8](unsafeUninitializedCapacity: count * size) { bytes, initialized in
      bytes.initialize(repeating: 0)
      let bytes = bytes
      failures.withUnsafeMutableBufferPointer { failures in
        WorkerPool.forEachRange(of: count) { range in
          for index in range {
            do throws(DataError) {
              _ = bytes[(index * size)...].update(fromContentsOf: try planes(index))
            } catch {
              failures[index] = error
            }
          }
        }
      }
      initialized = count * size
    }
    self.failures = failures.compactMap(\.self)
  }
}
