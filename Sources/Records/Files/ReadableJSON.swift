import Foundation

/// JSON as the suite writes it: a line for each value, keys in order, dates in ISO 8601.
package enum ReadableJSON {
  /// `value` as text without a last line break; throws an `EncodingError`.
  package static func data(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    return try encoder.encode(value)
  }

  /// The value in a text of this kind; throws a `DecodingError`.
  package static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    return try decoder.decode(type, from: data)
  }

  /// Writes `value` as a file at `url`, whole or not at all; throws a `StorageError`.
  package static func write(_ value: some Encodable, to url: URL) throws {
    try writeAtomically(data(value) + Data("\n".utf8), to: url)
  }
}
