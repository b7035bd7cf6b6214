import Tensors

/// The part of a safetensors file that says what its tensors are and where they lie.
struct CheckpointHeader {
  /// A tensor as the header describes it; its range counts from the end of the header.
  struct Entry: Equatable {
    let name: String
    let type: ElementType
    let shape: Shape
    let range: Range<Int>
  }

  /// The longest header that is read, as in the format's reference implementation.
  static let lengthLimit = 100_000_000
  static let metadataKey = "__metadata__"

  let metadata: [String: String]
  let entries: [Entry]
  let dataStart: Int
}

// MARK: Writing

extension CheckpointHeader {
  /// The bytes before the elements, padded to a multiple of 8, and the names in the order of their elements.
  ///
  /// `counts` are whole numbers of 64 bits, which the engine has no tensors of; their elements come first.
  static func encoded(
    _ tensors: [String: Tensor], counts: [String] = [], metadata: [String: String]
  ) -> (bytes: [UInt8], order: [String]) {
    precondition(tensors[metadataKey] == nil, "'\(metadataKey)' is no tensor's name: the format reserves it")
    func rank(_ tensor: Tensor) -> Int { ElementType(tensor.dataType).rank }
    let order = tensors.sorted { (rank($0.value), $0.key) < (rank($1.value), $1.key) }.map(\.key)
    var fields: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      fields.append("\(quoted(metadataKey)):{\(pairs.joined(separator: ","))}")
    }
    var begin = 0
    for name in counts.sorted() {
      let place = "[\(begin),\(begin + 8)]"
      fields.append("\(quoted(name)):{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":\(place)}")
      begin += 8
    }
    for name in order {
      let tensor = tensors[name]!
      let end = begin + tensor.count * tensor.dataType.byteCount
      let shape = tensor.shape.dimensions.map(String.init).joined(separator: ",")
      let type = ElementType(tensor.dataType).rawValue
      fields.append(
        "\(quoted(name)):{\"dtype\":\"\(type)\",\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(end)]}")
      begin = end
    }
    var text = Array("{\(fields.joined(separator: ","))}".utf8)
    text += [UInt8](repeating: UInt8(ascii: " "), count: -text.count & 7)
    return (withUnsafeBytes(of: UInt64(text.count).littleEndian, Array.init) + text, order)
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

// MARK: Reading

extension CheckpointHeader {
  init(readFrom reader: borrowing FileReader) throws {
    typealias Problem = CheckpointError.Problem
    let start = try reader.bytes(at: 0, count: min(9, reader.count))
    let length = start.count < 8 ? 0 : start.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard start.count == 9, start[8] == UInt8(ascii: "{"), length >= 2 else {
      throw Problem.foreign(CheckpointHeader.kind(of: start))
    }
    guard length <= CheckpointHeader.lengthLimit else {
      throw Problem.oversizedHeader(length: length, limit: CheckpointHeader.lengthLimit)
    }
    let dataStart = 8 + Int(length)
    guard dataStart <= reader.count else { throw Problem.truncated(expected: dataStart, found: reader.count) }
    var parser = try CheckpointHeaderParser(reader.bytes(at: 8, count: Int(length)))
    let parsed = try parser.header()
    metadata = parsed.metadata
    self.dataStart = dataStart
    entries = try CheckpointHeader.placed(parsed.tensors)
    let end = dataStart + (entries.last?.range.upperBound ?? 0)
    guard reader.count >= end else { throw Problem.truncated(expected: end, found: reader.count) }
    guard reader.count == end else { throw Problem.trailingBytes(expected: end, found: reader.count) }
  }

  /// The tensors in the order of their places, after making sure that they fill the file without overlap or gap.
  private static func placed(
    _ tensors: [CheckpointHeaderParser.Description]
  ) throws(CheckpointError.Problem) -> [Entry] {
    var entries: [Entry] = []
    for tensor in tensors.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
      guard let type = ElementType(rawValue: tensor.type) else {
        throw .unsupportedType(tensor: tensor.name, found: tensor.type)
      }
      var byteCount = type.byteCount
      for extent in tensor.shape {
        let (product, overflows) = byteCount.multipliedReportingOverflow(by: extent)
        guard !overflows else { throw .hugeShape(tensor: tensor.name, shape: tensor.shape) }
        byteCount = product
      }
      guard tensor.end >= tensor.begin, tensor.end - tensor.begin == byteCount else {
        throw .sizeMismatch(
          tensor: tensor.name, shape: tensor.shape, expected: byteCount, found: tensor.end - tensor.begin)
      }
      let previousEnd = entries.last?.range.upperBound ?? 0
      guard tensor.begin >= previousEnd else {
        throw .overlap(tensor: tensor.name, begin: tensor.begin, previousEnd: previousEnd)
      }
      guard tensor.begin == previousEnd else {
        throw .gap(tensor: tensor.name, begin: tensor.begin, previousEnd: previousEnd)
      }
      entries.append(
        Entry(name: tensor.name, type: type, shape: Shape(tensor.shape), range: tensor.begin..<tensor.end))
    }
    return entries
  }

  /// What a file that is not ours looks like, judged by its first bytes.
  private static func kind(of start: [UInt8]) -> String {
    if start.isEmpty { return "an empty file" }
    if start.starts(with: Array("PK".utf8)) { return "a zip archive, as torch.save writes" }
    if start.starts(with: Array("\u{80}".utf8)) || start.first == 0x80 { return "a Python pickle" }
    if start.starts(with: [0x1F, 0x8B]) { return "a gzip archive" }
    if start.drop(while: { $0 == 0x20 || $0 == 0x0A }).first == UInt8(ascii: "<") { return "an HTML page" }
    let hex = start.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined(separator: " ")
    return "something else (it begins with \(hex))"
  }
}
