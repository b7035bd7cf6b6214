/// What a pickle holds that CIFAR's files do not.
struct PickleError: Error, CustomStringConvertible {
  let offset: Int
  let detail: String
  /// Who wrote the file, where its writer is known and is not that of the official ones.
  var writer: String?

  var description: String { "byte \(offset): \(detail)" }
}

/// Reads the pickles of CIFAR's Python files and nothing else.
///
/// A pickle is a program for a stack machine that can call anything Python can import. This machine knows only the
/// instructions that Python 2's protocol 2 writes for a dictionary of text, numbers, lists and one NumPy array of bytes;
/// the two calls among them (NumPy's array and element type) are matched by name and never made. Everything else is an
/// error that names the byte.
///
/// Its bounds: tuples in tuples `deepestTuple` deep, and neither lists nor dictionaries in anything but the one dictionary,
/// so that whatever it holds is freed without deep recursion and nothing holds itself; `mostValues` values; names and keys
/// of `longestName` bytes.
struct PickleReader {
  /// The official files have an array's state around its shape: 2.
  static let deepestTuple = 4
  /// The official files hold some 250,000, of which each takes memory of its own.
  static let mostValues = 4_000_000
  static let longestName = 256

  /// A value on the stack; text and content are ranges of the pickle's bytes.
  enum Value {
    case none
    case bool(Bool)
    case integer(Int)
    case text(Range<Int>)
    case name(String)
    /// `depth` is one more than that of the deepest item.
    case tuple([Value], depth: Int)
    case list(List)
    case dictionary(Dictionary)
    case array(Array)
    case byteType

    /// How deep the value lies, 0 for one that holds no others; for lists and dictionaries, which may grow wherever they
    /// are held, more than is ever allowed.
    var depth: Int {
      switch self {
      case .tuple(_, let depth): depth
      case .list, .dictionary: .max / 2
      default: 0
      }
    }
  }

  /// A list under construction; the memo shares it.
  final class List { var items: [Value] = [] }

  /// A dictionary under construction; the memo shares it.
  final class Dictionary { var entries: [String: Value] = [:] }

  /// An array, empty until its state arrives.
  final class Array {
    var shape: [Int] = []
    var isColumnMajor = false
    var content: Range<Int>?
  }

  let bytes: UnsafeRawBufferPointer
  var position = 0
  var stack: [Value] = []
  private var marks: [Int] = []
  private var memo: [Int: Value] = [:]

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Runs the whole pickle, which must leave one dictionary and nothing after it.
  mutating func readDictionary() throws(PickleError) -> [String: Value] {
    guard bytes.count >= 2, bytes[0] == 0x80, bytes[1] == 2 else {
      throw error("it does not start as a pickle of protocol 2")
    }
    position = 2
    var values = 0
    while true {
      values += 1
      guard values <= PickleReader.mostValues else {
        throw error("more than \(PickleReader.mostValues) instructions")
      }
      let instruction = try byte()
      if instruction == UInt8(ascii: ".") { break }
      if try readLiteral(instruction) { continue }
      try readStructure(instruction)
    }
    guard position == bytes.count else {
      throw error("\(bytes.count - position) bytes follow the pickle's end")
    }
    guard stack.count == 1, case .dictionary(let dictionary) = stack[0] else {
      throw error("it holds no dictionary")
    }
    return dictionary.entries
  }

  /// Reads an instruction that pushes one value; returns whether it was one.
  private mutating func readLiteral(_ instruction: UInt8) throws(PickleError) -> Bool {
    switch instruction {
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.bool(true))
    case 0x89: stack.append(.bool(false))
    case UInt8(ascii: "K"): stack.append(.integer(Int(try byte())))
    case UInt8(ascii: "M"): stack.append(.integer(try integer(bytes: 2)))
    case UInt8(ascii: "J"): stack.append(.integer(Int(Int32(truncatingIfNeeded: try integer(bytes: 4)))))
    case UInt8(ascii: "U"): stack.append(.text(try range(Int(try byte()))))
    case UInt8(ascii: "T"), UInt8(ascii: "X"): stack.append(.text(try range(try integer(bytes: 4))))
    case UInt8(ascii: "c"): stack.append(.name(try line() + "." + line()))
    case UInt8(ascii: "}"): stack.append(.dictionary(Dictionary()))
    case UInt8(ascii: "]"): stack.append(.list(List()))
    case UInt8(ascii: ")"): stack.append(.tuple([], depth: 1))
    default: return false
    }
    return true
  }

  /// Reads an instruction that combines what is on the stack.
  private mutating func readStructure(_ instruction: UInt8) throws(PickleError) {
    switch instruction {
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "q"): memo[Int(try byte())] = try top()
    case UInt8(ascii: "r"): memo[try integer(bytes: 4)] = try top()
    case UInt8(ascii: "h"): try recall(Int(try byte()))
    case UInt8(ascii: "j"): try recall(try integer(bytes: 4))
    case UInt8(ascii: "t"): try pushTuple(try popToMark())
    case 0x85, 0x86, 0x87:
      var items: [Value] = []
      for _ in 0x85...instruction { items.insert(try pop(), at: 0) }
      try pushTuple(items)
    case UInt8(ascii: "a"), UInt8(ascii: "e"):
      let items = instruction == UInt8(ascii: "a") ? [try pop()] : try popToMark()
      guard case .list(let list) = try top() else { throw error("items are appended to no list") }
      guard items.allSatisfy({ $0.depth == 0 }) else {
        throw error("a list of lists, tuples or dictionaries")
      }
      list.items += items
    case UInt8(ascii: "s"), UInt8(ascii: "u"):
      let value = instruction == UInt8(ascii: "s") ? try pop() : .none
      let items = instruction == UInt8(ascii: "s") ? [try pop(), value] : try popToMark()
      try set(items)
    case UInt8(ascii: "R"): try call()
    case UInt8(ascii: "b"): try build()
    default:
      throw error("instruction 0x\([instruction].hexadecimal) is not among those of the official files")
    }
  }

  private mutating func pushTuple(_ items: [Value]) throws(PickleError) {
    let depth = 1 + (items.lazy.map(\.depth).max() ?? 0)
    guard depth <= PickleReader.deepestTuple else {
      throw error(
        "more than \(PickleReader.deepestTuple) tuples in one another, or a list or dictionary in one")
    }
    stack.append(.tuple(items, depth: depth))
  }

  private mutating func set(_ items: [Value]) throws(PickleError) {
    guard case .dictionary(let dictionary) = try top(), items.count % 2 == 0 else {
      throw error("entries are set in no dictionary")
    }
    for place in stride(from: 0, to: items.count, by: 2) {
      guard case .text(let key) = items[place], key.count <= PickleReader.longestName else {
        throw error("a dictionary's key is no short text")
      }
      if case .dictionary = items[place + 1] { throw error("a dictionary in a dictionary") }
      dictionary.entries[text(key)] = items[place + 1]
    }
  }

  private mutating func recall(_ place: Int) throws(PickleError) {
    guard let value = memo[place] else { throw error("nothing was remembered as \(place)") }
    stack.append(value)
  }
}

// MARK: The stack and the bytes

extension PickleReader {
  mutating func pop() throws(PickleError) -> Value {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
      throw error("the stack is empty")
    }
    return value
  }

  func top() throws(PickleError) -> Value {
    guard let value = stack.last else { throw error("the stack is empty") }
    return value
  }

  mutating func popToMark() throws(PickleError) -> [Value] {
    guard let mark = marks.popLast(), mark <= stack.count else { throw error("the stack has no mark") }
    defer { stack.removeLast(stack.count - mark) }
    return Swift.Array(stack[mark...])
  }

  func error(_ detail: String) -> PickleError { PickleError(offset: position, detail: detail) }

  /// The text at `range`, a byte per character.
  func text(_ range: Range<Int>) -> String { String(bytes[range].map { Character(UnicodeScalar($0)) }) }

  private mutating func byte() throws(PickleError) -> UInt8 {
    guard position < bytes.count else { throw error("the file ends within the pickle") }
    defer { position += 1 }
    return bytes[position]
  }

  private mutating func integer(bytes count: Int) throws(PickleError) -> Int {
    var value = 0
    for place in 0..<count { value |= Int(try byte()) << (8 * place) }
    return value
  }

  private mutating func range(_ count: Int) throws(PickleError) -> Range<Int> {
    guard count <= bytes.count - position else {
      throw error("the file ends within the pickle: \(count) bytes announced, \(bytes.count - position) left")
    }
    defer { position += count }
    return position..<position + count
  }

  private mutating func line() throws(PickleError) -> String {
    let start = position
    while try byte() != UInt8(ascii: "\n") {
      guard position - start <= PickleReader.longestName else { throw error("a name without an end") }
    }
    return text(start..<position - 1)
  }
}
