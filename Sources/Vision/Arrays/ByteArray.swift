import Foundation

/// An array of unsigned bytes with any number of axes, the last one fastest: what NumPy calls `uint8`.
public struct ByteArray: Sendable, Equatable {
  /// The extent of every axis; empty for a single number.
  public let shape: [Int]
  /// The numbers, row by row.
  public let bytes: [UInt8]

  /// Creates an array; traps unless there are as many bytes as `shape` says.
  public init(shape: [Int], bytes: [UInt8]) {
    precondition(
      ByteArray.count(of: shape) == bytes.count, "\(bytes.count) bytes for an array of shape \(shape)")
    self.shape = shape
    self.bytes = bytes
  }

  /// The most bytes that an array may have, so that a header's word alone never takes all memory: 16 GiB.
  public static let sizeLimit = 1 << 34

  /// How many numbers an array of `shape` holds; `nil` when an extent is negative or there are more than an `Int` counts.
  static func count(of shape: [Int]) -> Int? {
    var count = 1
    for extent in shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflows else { return nil }
      count = product
    }
    return count
  }

  /// The same array of numbers that lie in `bytes` with the first axis fastest, as Fortran keeps them.
  init(shape: [Int], columnMajor bytes: some RandomAccessCollection<UInt8>) {
    // The strides of the file, and a counter per axis that walks the array row by row.
    var strides: [Int] = []
    for axis in shape.indices { strides.append(shape[..<axis].reduce(1, *)) }
    var place = [Int](repeating: 0, count: shape.count)
    var offset = 0
    let rows = [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, initialized in
      for index in 0..<bytes.count {
        buffer[index] = bytes[bytes.index(bytes.startIndex, offsetBy: offset)]
        for axis in shape.indices.reversed() {
          place[axis] += 1
          offset += strides[axis]
          if place[axis] < shape[axis] { break }
          offset -= shape[axis] * strides[axis]
          place[axis] = 0
        }
      }
      initialized = bytes.count
    }
    self.init(shape: shape, bytes: rows)
  }
}

extension Data {
  /// The bytes of a file of arrays, mapped rather than read; throws an `ArrayFileError`.
  init(arrayFile url: URL) throws(ArrayFileError) {
    do {
      self = try Data(contentsOf: url, options: .alwaysMapped)
    } catch {
      throw ArrayFileError(path: url.path, .inaccessible(error.localizedDescription))
    }
  }
}

/// A file of arrays or images that cannot be used; nothing is changed by it.
public struct ArrayFileError: Error, Equatable, CustomStringConvertible {
  /// What is wrong with a file.
  public enum Problem: Error, Equatable, Sendable {
    /// It is not in its format.
    case malformed(String)
    /// It ends too early.
    case truncated(found: Int, expected: Int)
    /// Bytes follow its end.
    case trailing(Int)
    /// Its elements are not unsigned bytes.
    case elementType(String)
    /// It announces more than may be read.
    case tooLarge(announced: String, limit: Int)
    /// It holds something else than was asked for.
    case unfit(String)
    /// It cannot be read or written.
    case inaccessible(String)
  }

  /// The file; where it lies in an archive, `archive.npz/name`.
  public let path: String
  /// What is wrong with it.
  public let problem: Problem

  /// Creates an error about the file at `path`.
  public init(path: String, _ problem: Problem) {
    self.path = path
    self.problem = problem
  }

  /// What was found, what was expected, and the next step, in one line.
  public var description: String { text.onOneLine }

  private var text: String {
    switch problem {
    case .malformed(let detail): "\(path) is not in its format: \(detail). Get or make a whole copy"
    case .truncated(let found, let expected):
      "\(path) is truncated: found \(found) bytes, expected \(expected). Get or make a whole copy"
    case .trailing(let count):
      "\(path) has \(count) bytes after its end, so that its header cannot be trusted. Get or make a whole copy"
    case .elementType(let type):
      "\(path) holds elements of type \(type), expected unsigned bytes ('|u1'): convert it with "
        + "`array.astype('uint8')`, with colours in 0...255"
    case .tooLarge(let announced, let limit):
      "\(path) announces \(announced), more than the \(limit) that may be read. If that is meant, "
        + "split it, or save it uncompressed with `numpy.savez`"
    case .unfit(let detail): "\(path) holds something else: \(detail)"
    case .inaccessible(let reason):
      "\(path) cannot be used: \(reason.hasSuffix(".") ? String(reason.dropLast()) : reason). Check its name and its "
        + "permissions"
    }
  }
}
