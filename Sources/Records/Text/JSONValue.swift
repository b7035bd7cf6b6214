import Crypto
import Foundation

/// Any JSON value: configurations are compared, overridden and shown in this form, whatever their types.
public enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// The encoded form of `value`; traps when it has none, such as a number that is not finite.
  public init(encoding value: some Encodable) {
    do {
      self = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value))
    } catch {
      fatalError("\(type(of: value)) cannot be written as JSON: \(error)")
    }
  }

  /// The value of `type` that this encodes; throws a `DecodingError`.
  public func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: JSONEncoder().encode(self))
  }
}

extension JSONValue: Codable {
  /// Reads whatever value there is.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Writes the value as itself.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}

// MARK: Leaves and their paths

extension JSONValue {
  /// The number that this is; `nil` for everything else.
  package var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// Every value that holds no others, by its path of keys and indices: `plan.optimizer.sgd.learningRate`.
  public var leaves: [(path: String, value: JSONValue)] {
    func collect(_ value: JSONValue, _ path: String) -> [(path: String, value: JSONValue)] {
      func below(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
      return switch value {
      case .object(let members) where !members.isEmpty:
        members.sorted { $0.key < $1.key }.flatMap { collect($0.value, below($0.key)) }
      case .array(let elements) where !elements.isEmpty:
        elements.enumerated().flatMap { collect($0.element, below("\($0.offset)")) }
      default: [(path, value)]
      }
    }
    return collect(self, "")
  }

  /// The paths of everything within: of values that hold others as well.
  package var paths: [String] {
    func collect(_ value: JSONValue, _ path: String) -> [String] {
      func below(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
      let inner =
        switch value {
        case .object(let members):
          members.sorted { $0.key < $1.key }.flatMap { collect($0.value, below($0.key)) }
        case .array(let elements):
          elements.enumerated().flatMap { collect($0.element, below("\($0.offset)")) }
        default: [String]()
        }
      return (path.isEmpty ? [] : [path]) + inner
    }
    return collect(self, "")
  }

  /// The value at `path`; `nil` where there is none.
  package func value(at path: some Collection<String>) -> JSONValue? {
    guard let key = path.first else { return self }
    return switch self {
    case .object(let members): members[key]?.value(at: path.dropFirst())
    case .array(let elements):
      Int(key).flatMap { elements.indices.contains($0) ? elements[$0].value(at: path.dropFirst()) : nil }
    default: nil
    }
  }

  /// A value that two hold differently, or that one of them lacks.
  package struct Difference {
    package let path: String
    package let own, other: JSONValue?
  }

  /// What it holds otherwise than `other`, by path.
  package func differences(from other: JSONValue) -> [Difference] {
    func byPath(_ value: JSONValue) -> [String: JSONValue] {
      Dictionary(value.leaves.map { ($0.path, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
    let (own, theirs) = (byPath(self), byPath(other))
    return Set(own.keys).union(theirs.keys).sorted().filter { own[$0] != theirs[$0] }.map {
      Difference(path: $0, own: own[$0], other: theirs[$0])
    }
  }

  /// The same value with the one at `path` replaced; itself when there is none.
  public func replacing(_ path: some Collection<String>, with value: JSONValue) -> JSONValue {
    guard let key = path.first else { return value }
    switch self {
    case .object(var members):
      members[key] = members[key]?.replacing(path.dropFirst(), with: value)
      return .object(members)
    case .array(var elements):
      guard let index = Int(key), elements.indices.contains(index) else { return self }
      elements[index] = elements[index].replacing(path.dropFirst(), with: value)
      return .array(elements)
    default: return self
    }
  }
}

// MARK: Text

extension JSONValue: CustomStringConvertible {
  /// The canonical text: keys in the order of their bytes, no spaces, the shortest decimals that read back exactly.
  public var description: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): JSONValue.quoted(value)
    case .array(let elements): "[" + elements.map(\.description).joined(separator: ",") + "]"
    case .object(let members):
      "{"
        + members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { "\(JSONValue.quoted($0.key)):\($0.value)" }.joined(separator: ",") + "}"
    }
  }

  /// SHA-256 of the canonical text, in hexadecimal.
  public var digest: String { hexadecimal(SHA256.hash(data: Data(description.utf8))) }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

// MARK: Literals

extension JSONValue: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
{
  /// A number, in the form in which JSON reads it: 1.0 is written 1.
  public init(floatLiteral value: Double) {
    self = Int(exactly: value).map(JSONValue.integer) ?? .number(value)
  }

  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
}
