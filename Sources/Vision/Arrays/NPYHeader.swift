/// The header of a `.npy` file, versions 1.0, 2.0 and 3.0: a Python dictionary of three entries, read as text.
///
/// “NEP 1: A Simple File Format for NumPy Arrays.” Nothing of it is evaluated: any other text is refused.
struct NPYHeader: Equatable {
  /// The element type as NumPy writes it: `|u1`.
  let elementType: String
  /// Whether the first axis is the fastest.
  let isColumnMajor: Bool
  let shape: [Int]

  typealias Problem = ArrayFileError.Problem

  /// `\x93NUMPY`.
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// NumPy itself reads no longer header by default than 10,000 characters.
  static let longest = 10_000

  /// Reads the header at the front of `bytes`, and how many bytes it takes.
  static func read(_ bytes: UnsafeRawBufferPointer) throws(Problem) -> (header: NPYHeader, size: Int) {
    guard bytes.prefix(magic.count).elementsEqual(magic.prefix(bytes.count)) else {
      throw .malformed("it does not begin as a .npy file")
    }
    func integer(at start: Int, _ count: Int) throws(Problem) -> Int {
      guard start + count <= bytes.count else {
        throw .truncated(found: bytes.count, expected: start + count)
      }
      return (0..<count).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
    }
    let (major, minor) = (try integer(at: 6, 1), try integer(at: 7, 1))
    guard (1...3).contains(major), minor == 0 else {
      throw .malformed("its version is \(major).\(minor), and only 1.0, 2.0 and 3.0 are known")
    }
    let start = major == 1 ? 10 : 12
    let length = try integer(at: 8, start - 8)
    guard length <= longest else { throw .malformed("its header announces \(length) bytes") }
    guard start + length <= bytes.count else {
      throw .truncated(found: bytes.count, expected: start + length)
    }
    let text = String(decoding: bytes[start..<start + length], as: UTF8.self)
    return (try NPYHeader(text), start + length)
  }

  init(elementType: String, isColumnMajor: Bool, shape: [Int]) {
    self.elementType = elementType
    self.isColumnMajor = isColumnMajor
    self.shape = shape
  }

  /// Reads the text of a header: the three keys in any order, each once.
  init(_ text: String) throws(Problem) {
    var reader = LiteralReader(text)
    var (type, isColumnMajor, shape): (String?, Bool?, [Int]?) = (nil, nil, nil)
    try reader.expect("{")
    while !reader.takes("}") {
      let key = try reader.text()
      try reader.expect(":")
      switch key {
      case "descr" where type == nil:
        if reader.begins("[") { throw .elementType("record (several fields an element)") }
        type = try reader.text()
      case "fortran_order" where isColumnMajor == nil: isColumnMajor = try reader.bool()
      case "shape" where shape == nil: shape = try reader.tuple()
      default: throw .malformed("its header has the entry '\(key)' once too often")
      }
      if !reader.takes(",") && !reader.begins("}") { throw .malformed("its header is no dictionary") }
    }
    try reader.expectEnd()
    guard let type, let isColumnMajor, let shape else {
      throw .malformed("its header lacks one of descr, fortran_order and shape")
    }
    self.init(elementType: type, isColumnMajor: isColumnMajor, shape: shape)
  }

  /// The header as NumPy writes it for unsigned bytes row by row, version 1.0, padded to a multiple of 64 bytes.
  static func bytes(shape: [Int]) -> [UInt8] {
    let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(extents)), }"
    // The line break counts as well.
    text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
    let length = text.utf8.count
    return magic + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(text.utf8)
  }
}

/// Reads the few of Python's literals that a header holds.
private struct LiteralReader {
  private var rest: Substring
  private let whole: String

  init(_ text: String) {
    whole = text
    rest = whole[...]
  }

  private mutating func skipSpace() { rest = rest.drop { $0 == " " || $0 == "\n" || $0 == "\t" } }

  mutating func begins(_ token: String) -> Bool {
    skipSpace()
    return rest.hasPrefix(token)
  }

  mutating func takes(_ token: String) -> Bool {
    guard begins(token) else { return false }
    rest = rest.dropFirst(token.count)
    return true
  }

  mutating func expect(_ token: String) throws(ArrayFileError.Problem) {
    guard takes(token) else { throw problem("“\(token)”") }
  }

  mutating func expectEnd() throws(ArrayFileError.Problem) {
    skipSpace()
    guard rest.isEmpty else { throw problem("its end") }
  }

  /// A text in quotes, without any escapes.
  mutating func text() throws(ArrayFileError.Problem) -> String {
    skipSpace()
    guard let quote = rest.first, quote == "'" || quote == "\"",
      let end = rest.dropFirst().firstIndex(of: quote)
    else { throw problem("a text in quotes") }
    defer { rest = rest[rest.index(after: end)...] }
    return String(rest[rest.index(after: rest.startIndex)..<end])
  }

  mutating func bool() throws(ArrayFileError.Problem) -> Bool {
    if takes("True") { return true }
    if takes("False") { return false }
    throw problem("True or False")
  }

  /// A tuple of whole numbers; Python 2 wrote an L after long ones.
  mutating func tuple() throws(ArrayFileError.Problem) -> [Int] {
    try expect("(")
    var numbers: [Int] = []
    while !takes(")") {
      skipSpace()
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      guard let number = Int(digits) else { throw problem("an extent") }
      rest = rest.dropFirst(digits.count)
      _ = takes("L")
      numbers.append(number)
      if !takes(",") && !begins(")") { throw problem("“,” or “)”") }
    }
    return numbers
  }

  private func problem(_ expected: String) -> ArrayFileError.Problem {
    .malformed("its header has “\(rest.prefix(20))” where \(expected) should be")
  }
}
