import Foundation

/// A dictionary as CIFAR's Python files hold it: names to numbers, text and one array of bytes.
struct PickledDictionary {
  private let url: URL
  private let data: Data
  private let entries: [String: PickleReader.Value]

  /// Reads the pickle at `url`; throws `DataError.malformed` for anything that CIFAR's files do not contain.
  init(contentsOf url: URL) throws(DataError) {
    try self.init(try DataFile.map(url), url: url)
  }

  /// Reads the pickle in `data`, which came from `url`.
  init(_ data: Data, url: URL) throws(DataError) {
    self.url = url
    self.data = data
    if let writer = PickledDictionary.otherProtocol(data) { throw PickledDictionary.foreign(writer, url) }
    let read: Result<[String: PickleReader.Value], PickleError> = data.withUnsafeBytes { bytes in
      Result { () throws(PickleError) in
        var reader = PickleReader(bytes)
        return try reader.readDictionary()
      }
    }
    switch read {
    case .success(let entries): self.entries = entries
    case .failure(let error):
      if let writer = error.writer { throw PickledDictionary.foreign(writer, url) }
      throw .malformed(path: url.path, detail: error.description)
    }
  }

  /// What a file is that begins, and where nothing else tells ends, as pickles of other protocols do; `nil` for any other.
  private static func otherProtocol(_ data: Data) -> String? {
    guard data.count > 1, let first = data.first, let last = data.last else { return nil }
    if first == 0x80 {
      let number = data[data.startIndex + 1]
      return number == 2 ? nil : "a pickle of protocol \(number)"
    }
    let opens = [UInt8(ascii: "("), UInt8(ascii: "}")].contains(first)
    return opens && last == UInt8(ascii: ".") ? "a pickle of protocol 0 or 1" : nil
  }

  /// The error for a pickle that may be sound and is not of the official files' form.
  private static func foreign(_ found: String, _ url: URL) -> DataError {
    .foreign(
      path: url.path,
      detail: "\(found), expected one of protocol 2 by Python 2, which the official files are",
      advice:
        "Other files than those are read in CIFAR's binary form: for each image its label as one byte "
        + "(CIFAR-100: superclass and class) and then 1,024 bytes each of red, green and blue")
  }

  /// The list of whole numbers called `key`.
  func integers(_ key: String) throws(DataError) -> [Int] {
    guard case .list(let list) = entries[key] else { throw lacks("a list of numbers", key) }
    var numbers: [Int] = []
    numbers.reserveCapacity(list.items.count)
    for item in list.items {
      guard case .integer(let number) = item else { throw lacks("a list of numbers", key) }
      numbers.append(number)
    }
    return numbers
  }

  /// Appends the array of bytes called `key`, row by row, after checking its shape.
  func appendRows(_ key: String, rows: Int, columns: Int, to bytes: inout [UInt8]) throws(DataError) {
    guard case .array(let array) = entries[key], let content = array.content else {
      throw lacks("an array of bytes", key)
    }
    guard array.shape == [rows, columns], content.count == rows * columns else {
      throw .malformed(
        path: url.path,
        detail: "'\(key)' has shape \(array.shape) and \(content.count) bytes, expected [\(rows), \(columns)]"
      )
    }
    data.withUnsafeBytes { data in
      let source = UnsafeRawBufferPointer(rebasing: data[content])
      guard array.isColumnMajor else { return bytes.append(contentsOf: source) }
      for row in 0..<rows {
        for column in 0..<columns { bytes.append(source[column * rows + row]) }
      }
    }
  }

  private func lacks(_ what: String, _ key: String) -> DataError {
    .malformed(path: url.path, detail: "it has no '\(key)' that is \(what)")
  }
}
