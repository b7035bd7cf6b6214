/// The two calls that a pickled NumPy array of bytes makes, recognized and not made.
extension PickleReader {
  /// `_reconstruct(ndarray, (0,), 'b')` and `dtype('u1', 0, 1)`.
  mutating func call() throws(PickleError) {
    let arguments = try pop()
    guard case .name(let name) = try pop(), case .tuple(let items, _) = arguments else {
      throw error("a call of what has no name")
    }
    switch name {
    case "numpy.core.multiarray._reconstruct":
      guard items.count == 3, case .name("numpy.ndarray") = items[0] else {
        throw error("an array of another type than numpy.ndarray")
      }
      stack.append(.array(Array()))
    case "numpy.dtype":
      guard case .text(let type) = items.first, text(type) == "u1" else {
        throw error("an array of other elements than bytes")
      }
      stack.append(.byteType)
    case "_codecs.encode", "numpy._core.multiarray._reconstruct", "builtins.bytes", "__builtin__.bytes":
      // How bytes are written by a Python that has text beside them.
      throw PickleError(offset: position, detail: "a call of \(name)", writer: "a pickle that Python 3 wrote")
    default:
      throw error("a call of \(name), which the official files do not make; nothing was run")
    }
  }

  /// The state of an array, `(1, shape, dtype, is column-major, content)`; a byte type's state says nothing more.
  mutating func build() throws(PickleError) {
    let state = try pop()
    switch try top() {
    case .byteType: break
    case .array(let array):
      guard
        case .tuple(let items, _) = state, items.count == 5, case .tuple(let shape, _) = items[1],
        case .byteType = items[2], case .bool(let isColumnMajor) = items[3],
        case .text(let content) = items[4]
      else { throw error("an array's state is not of the known form") }
      var extents: [Int] = []
      for extent in shape {
        guard case .integer(let value) = extent, value >= 0 else {
          throw error("an array's extent is no number")
        }
        extents.append(value)
      }
      array.shape = extents
      array.isColumnMajor = isColumnMajor
      array.content = content
    default:
      throw error("state is given to what is neither an array nor its type")
    }
  }
}
