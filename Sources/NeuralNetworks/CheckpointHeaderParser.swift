/// Reads the JSON of a safetensors header, and only what the format allows in it.
///
/// General JSON readers keep the last of two equal names and so hide a damaged or forged file; this one refuses it.
struct CheckpointHeaderParser {
  /// A tensor as the header has it, unchecked.
  struct Description: Equatable {
    let name: String
    var type = ""
    var shape: [Int] = []
    var begin = 0
    var end = 0
  }

  typealias Problem = CheckpointError.Problem

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) throws(Problem) {
    guard String(validating: bytes, as: UTF8.self) != nil else { throw .headerNotUTF8 }
    self.bytes = bytes
  }

  /// The whole header.
  mutating func header() throws(Problem) -> (metadata: [String: String], tensors: [Description]) {
    var metadata: [String: String] = [:]
    var tensors: [Description] = []
    try object { parser, name throws(Problem) in
      if name == CheckpointHeader.metadataKey {
        metadata = try parser.strings()
      } else {
        tensors.append(try parser.description(named: name))
      }
    }
    skipSpace()
    guard position == bytes.count else { throw expected("the end") }
    return (metadata, tensors)
  }

  private mutating func strings() throws(Problem) -> [String: String] {
    var values: [String: String] = [:]
    try object { parser, name throws(Problem) in values[name] = try parser.string() }
    return values
  }

  private mutating func description(named name: String) throws(Problem) -> Description {
    var tensor = Description(name: name)
    var seen = 0
    try object { parser, key throws(Problem) in
      seen += 1
      switch key {
      case "dtype": tensor.type = try parser.string()
      case "shape": tensor.shape = try parser.integers()
      case "data_offsets":
        let offsets = try parser.integers()
        guard offsets.count == 2 else { throw parser.expected("two offsets") }
        (tensor.begin, tensor.end) = (offsets[0], offsets[1])
      default: throw parser.expected("dtype, shape or data_offsets instead of '\(key)'")
      }
    }
    guard seen == 3 else { throw expected("dtype, shape and data_offsets of '\(name)'") }
    return tensor
  }
}

// MARK: JSON

extension CheckpointHeaderParser {
  private mutating func object(
    _ member: (inout CheckpointHeaderParser, String) throws(Problem) -> Void
  ) throws(Problem) {
    var names: Set<String> = []
    try take("{")
    if takes("}") { return }
    repeat {
      let name = try string()
      guard names.insert(name).inserted else { throw .duplicateName(name) }
      try take(":")
      try member(&self, name)
    } while takes(",")
    try take("}")
  }

  private mutating func integers() throws(Problem) -> [Int] {
    var values: [Int] = []
    try take("[")
    if takes("]") { return values }
    repeat { values.append(try integer()) } while takes(",")
    try take("]")
    return values
  }

  private mutating func integer() throws(Problem) -> Int {
    skipSpace()
    let digits = bytes[position...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard let value = Int(String(decoding: digits, as: UTF8.self)) else {
      throw expected("a whole number that is not negative and fits 63 bits")
    }
    position += digits.count
    return value
  }

  private mutating func string() throws(Problem) -> String {
    try take("\"")
    var text: [UInt8] = []
    while true {
      guard position < bytes.count, bytes[position] >= 0x20 else { throw expected("a closing quote") }
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text += try escape()
      default: text.append(byte)
      }
    }
  }

  /// The UTF-8 of an escape sequence whose backslash has been read.
  private mutating func escape() throws(Problem) -> [UInt8] {
    guard position < bytes.count else { throw expected("an escape sequence") }
    position += 1
    switch bytes[position - 1] {
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case let byte where [UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/")].contains(byte):
      return [byte]
    case UInt8(ascii: "u"):
      var units = [try codeUnit()]
      if UTF16.isLeadSurrogate(units[0]), takesImmediately("\\u") { units.append(try codeUnit()) }
      guard let text = String(validating: units, as: UTF16.self) else { throw expected("a whole character") }
      return Array(text.utf8)
    default: throw expected("an escape sequence")
    }
  }

  private mutating func codeUnit() throws(Problem) -> UInt16 {
    let digits = bytes[position...].prefix(4)
    guard digits.count == 4, digits.first != UInt8(ascii: "+"),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw expected("four hexadecimal digits") }
    position += 4
    return unit
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) { position += 1 }
  }

  private mutating func take(_ character: Character) throws(Problem) {
    guard takes(character) else { throw expected("'\(character)'") }
  }

  private mutating func takes(_ character: Character) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func takesImmediately(_ text: String) -> Bool {
    guard bytes[position...].starts(with: Array(text.utf8)) else { return false }
    position += text.utf8.count
    return true
  }

  private func expected(_ what: String) -> Problem { .malformedHeader(byte: position, expected: what) }
}
