import Foundation

extension ByteArray {
  /// Reads the `.npy` file at `url`, whose every byte must be accounted for; throws an `ArrayFileError`.
  public init(npy url: URL) throws(ArrayFileError) {
    try self.init(npy: Data(arrayFile: url), path: url.path)
  }

  /// Reads the content of a `.npy` file; throws an `ArrayFileError` that names `path`.
  public init(npy data: Data, path: String) throws(ArrayFileError) {
    let result = data.withUnsafeBytes { bytes -> Result<ByteArray, ArrayFileError.Problem> in
      do throws(ArrayFileError.Problem) {
        return .success(try ByteArray.read(bytes))
      } catch {
        return .failure(error)
      }
    }
    switch result {
    case .success(let array): self = array
    case .failure(let problem): throw ArrayFileError(path: path, problem)
    }
  }

  private static func read(_ bytes: UnsafeRawBufferPointer) throws(ArrayFileError.Problem) -> ByteArray {
    let (header, start) = try NPYHeader.read(bytes)
    guard ["|u1", "<u1", ">u1", "=u1", "u1"].contains(header.elementType) else {
      throw .elementType("'\(header.elementType)'")
    }
    guard let count = count(of: header.shape), count <= sizeLimit else {
      throw .tooLarge(announced: "an array of shape \(header.shape)", limit: sizeLimit)
    }
    let content = UnsafeRawBufferPointer(rebasing: bytes[start...])
    if content.count < count { throw .truncated(found: bytes.count, expected: start + count) }
    if content.count > count { throw .trailing(content.count - count) }
    return header.isColumnMajor
      ? ByteArray(shape: header.shape, columnMajor: content)
      : ByteArray(shape: header.shape, bytes: Array(content))
  }

  /// The array as a `.npy` file of version 1.0, the same bytes that NumPy writes.
  public var npy: Data { Data(NPYHeader.bytes(shape: shape) + bytes) }

  /// Writes the array as a `.npy` file at `url`, whole or not at all; throws an `ArrayFileError`.
  public func write(npy url: URL) throws(ArrayFileError) {
    do {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try npy.write(to: url, options: .atomic)
    } catch {
      throw ArrayFileError(path: url.path, .inaccessible(error.localizedDescription))
    }
  }
}
