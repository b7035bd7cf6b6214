import Foundation

extension AnswerRow: CSVRow {
  /// `run,experiment,version,scale,data,arm,seed,evaluation,metric,kind,images,classes,answers`.
  public static let columns =
    RunKey.columns + ["evaluation", "metric", "kind", "images", "classes", "answers"]

  /// One field per column.
  public var fields: [String] {
    key.fields + [evaluation, metric, kind.rawValue, "\(images)", "\(classes)", packed.base64EncodedString()]
  }

  /// Reads a row; throws a `CSVError` that names the field which does not fit.
  public init(_ fields: CSVFields) throws {
    let kind = try fields.oneOf("kind", Kind.self)
    let (images, classes): (Int, Int) = (
      try fields.value("images", "a whole number"), try fields.value("classes", "a whole number")
    )
    // More than any data set has is damage, and its products would overflow below.
    guard (1...256).contains(classes) else { throw fields.mismatch("classes", "1 to 256 classes") }
    guard (0...10_000_000).contains(images) else { throw fields.mismatch("images", "0 to 10,000,000 images") }
    let width = kind == .right ? 1 : kind == .shares ? 2 : classes * classes
    let counts = Data(base64Encoded: fields.text("answers")).flatMap {
      AnswerRow.unpacked($0, kind, count: images * width)
    }
    guard let counts, kind == .pixels || classes == 1 else {
      throw fields.mismatch("answers", "\(kind.rawValue) of \(images) images of \(classes) classes")
    }
    self.init(
      key: try RunKey(fields), evaluation: fields.text("evaluation"), metric: fields.text("metric"),
      kind: kind, classes: classes, counts: counts)
  }

  // MARK: Bytes

  /// The numbers as bytes, always the same for the same numbers.
  ///
  /// Rights and wrongs are bits, the first image in the lowest of the first byte. Other numbers are groups of seven bits,
  /// the lowest first, each byte but a number's last with its highest bit set; a zero is followed by how many further
  /// zeros it stands for.
  private var packed: Data {
    if kind == .right {
      var bytes = Data(count: (counts.count + 7) / 8)
      for (place, count) in counts.enumerated() where count == 1 { bytes[place / 8] |= 1 << (place % 8) }
      return bytes
    }
    var bytes = Data()
    func append(_ number: Int) {
      var rest = number
      while rest > 127 {
        bytes.append(UInt8(rest & 127) | 128)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }
    var place = 0
    while place < counts.count {
      append(counts[place])
      place += 1
      if counts[place - 1] == 0 {
        let further = counts[place...].prefix { $0 == 0 }.count
        append(further)
        place += further
      }
    }
    return bytes
  }

  /// `count` numbers from their bytes; `nil` for bytes that `packed` does not make of so many.
  private static func unpacked(_ bytes: Data, _ kind: Kind, count: Int) -> [Int]? {
    if kind == .right {
      guard bytes.count == (count + 7) / 8 else { return nil }
      let spare = bytes.count * 8 - count
      guard bytes.last.map({ $0.leadingZeroBitCount >= spare }) ?? true else { return nil }
      return (0..<count).map { Int(bytes[bytes.startIndex + $0 / 8] >> ($0 % 8) & 1) }
    }
    var counts: [Int] = []
    var rest = bytes[...]
    func next() -> Int? {
      var (number, shift) = (0, 0)
      while let byte = rest.popFirst() {
        if shift > 49 { return nil }
        number |= Int(byte & 127) << shift
        shift += 7
        if byte < 128 { return byte == 0 && shift > 7 ? nil : number }
      }
      return nil
    }
    while !rest.isEmpty {
      guard let number = next() else { return nil }
      counts.append(number)
      if number == 0 {
        guard let further = next(), further <= count - counts.count else { return nil }
        counts += [Int](repeating: 0, count: further)
        // A run of zeros that goes on was not written by `packed`.
        if rest.first == 0 { return nil }
      }
      if counts.count > count { return nil }
    }
    return counts.count == count ? counts : nil
  }
}
