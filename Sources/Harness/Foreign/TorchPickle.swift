import Foundation

/// Reads the pickle in a PyTorch archive as data: names, numbers, and where the numbers of each tensor lie.
///
/// A pickle is a program for a stack machine that can call anything Python can import. This machine knows the instructions
/// that `torch.save` writes for dictionaries of tensors, numbers and text. The calls among them are matched by name and never
/// made: PyTorch's tensor, its parameter and Python's ordered dictionary. What another name would make is an opaque value,
/// which may be there, since checkpoints hold all sorts of settings, and is never a tensor.
///
/// Its bounds: `deepest` values in one another, `mostValues` instructions, texts of `longestText` bytes.
struct TorchPickle {
  static let deepest = 32
  static let mostValues = 4_000_000
  static let longestText = 1 << 16

  /// A tensor by its description.
  struct Tensor: Equatable {
    /// The name of its type of storage: `FloatStorage`.
    let type: String
    /// The name of the member of the archive that holds the storage.
    let storage: String
    /// Where in the storage it begins, in elements.
    let offset: Int
    let shape, strides: [Int]
  }

  /// What stands on the machine's stack.
  indirect enum Value {
    case none
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case name(String)
    /// `depth` is one more than that of the deepest tuple in it.
    case tuple([Value], depth: Int)
    case list(Box)
    case dictionary(Box)
    case storage(type: String, key: String)
    case tensor(Tensor)
    /// Something that another program would make by a call.
    case opaque
  }

  /// A list or dictionary under construction, which the memo shares; how deep it lies is checked when it is read.
  final class Box {
    var items: [Value] = []
    var entries: [(key: String, value: Value)] = []
  }

  private let bytes: [UInt8]
  private var position = 0
  private var stack: [Value] = []
  private var marks: [Int] = []
  private var memo: [Int: Value] = [:]
  /// Every list and dictionary.
  private var boxes: [Box] = []

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The tensors of the pickle in `data`, by their names; those in dictionaries within dictionaries behind their keys and
  /// a dot. Throws a `TorchFileError.Problem`.
  static func tensors(in data: Data) throws(TorchProblem) -> [String: Tensor] {
    var reader = TorchPickle([UInt8](data))
    defer { reader.takeApart() }
    return try reader.read()
  }

  /// Boxes may hold one another in circles and long chains: each is emptied by itself.
  private mutating func takeApart() {
    stack = []
    memo = [:]
    for box in boxes {
      box.items = []
      box.entries = []
    }
  }

  private mutating func read() throws(TorchProblem) -> [String: Tensor] {
    guard bytes.count >= 2, bytes[0] == 0x80, (2...5).contains(bytes[1]) else {
      throw error("it does not start as a pickle of protocol 2 to 5")
    }
    position = 2
    var count = 0
    while true {
      count += 1
      guard count <= Self.mostValues else { throw error("more than \(Self.mostValues) instructions") }
      let instruction = try byte()
      if instruction == UInt8(ascii: ".") { break }
      if try readLiteral(instruction) { continue }
      if try readMemory(instruction) { continue }
      try readStructure(instruction)
    }
    guard stack.count == 1, case .dictionary(let box) = stack[0] else {
      throw error("it holds no dictionary of tensors")
    }
    var (found, visits) = ([String: Tensor](), 0)
    try collect(box, behind: "", depth: 1, &visits, into: &found)
    return found
  }

  private func collect(
    _ box: Box, behind prefix: String, depth: Int, _ visits: inout Int,
    into found: inout [String: Tensor]
  ) throws(TorchProblem) {
    // Dictionaries that several hold are walked as often as they are held.
    visits += 1
    guard visits <= 100_000 else { throw error("more than 100000 dictionaries") }
    guard depth <= Self.deepest else { throw error("more than \(Self.deepest) dictionaries in one another") }
    for (key, value) in box.entries {
      switch value {
      case .tensor(let tensor): found[prefix + key] = tensor
      case .dictionary(let inner):
        try collect(inner, behind: "\(prefix)\(key).", depth: depth + 1, &visits, into: &found)
      default: continue
      }
      guard found.count <= 100_000 else { throw error("more than 100000 tensors") }
    }
  }
}

// MARK: Instructions

extension TorchPickle {
  /// Reads an instruction that pushes one value; returns whether it was one.
  private mutating func readLiteral(_ instruction: UInt8) throws(TorchProblem) -> Bool {
    switch instruction {
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.bool(true))
    case 0x89: stack.append(.bool(false))
    case UInt8(ascii: "K"): stack.append(.integer(Int(try byte())))
    case UInt8(ascii: "M"): stack.append(.integer(try integer(2)))
    case UInt8(ascii: "J"): stack.append(.integer(Int(Int32(truncatingIfNeeded: try integer(4)))))
    case 0x8A: stack.append(try longInteger())
    case UInt8(ascii: "G"):
      var bits: UInt64 = 0
      for _ in 0..<8 { bits = bits << 8 | UInt64(try byte()) }
      stack.append(.number(Double(bitPattern: bits)))
    case UInt8(ascii: "X"): stack.append(.text(try text(try integer(4))))
    case 0x8C: stack.append(.text(try text(Int(try byte()))))
    case UInt8(ascii: "c"): stack.append(.name("\(try line()).\(try line())"))
    case 0x93:
      guard case .text(let name) = try pop(), case .text(let module) = try pop() else {
        throw error("a name that is no text")
      }
      stack.append(.name("\(module).\(name)"))
    case UInt8(ascii: "}"): stack.append(.dictionary(box()))
    case UInt8(ascii: "]"): stack.append(.list(box()))
    case UInt8(ascii: ")"): stack.append(.tuple([], depth: 1))
    // Sets, bytes and frames of settings: read over, never tensors.
    case UInt8(ascii: "B"):
      _ = try text(try integer(4))
      stack.append(.opaque)
    case UInt8(ascii: "C"):
      _ = try text(Int(try byte()))
      stack.append(.opaque)
    case 0x8F: stack.append(.opaque)
    case 0x95: _ = try skip(8)
    default: return false
    }
    return true
  }

  /// Reads an instruction that remembers or recalls; returns whether it was one.
  private mutating func readMemory(_ instruction: UInt8) throws(TorchProblem) -> Bool {
    switch instruction {
    case UInt8(ascii: "q"): memo[Int(try byte())] = try top()
    case UInt8(ascii: "r"): memo[try integer(4)] = try top()
    case 0x94: memo[memo.count] = try top()
    case UInt8(ascii: "h"): stack.append(try recalled(Int(try byte())))
    case UInt8(ascii: "j"): stack.append(try recalled(try integer(4)))
    default: return false
    }
    return true
  }

  private mutating func readStructure(_ instruction: UInt8) throws(TorchProblem) {
    switch instruction {
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "t"): stack.append(try tuple(try popToMark()))
    case 0x85, 0x86, 0x87:
      var items: [Value] = []
      for _ in 0x85...instruction { items.insert(try pop(), at: 0) }
      stack.append(try tuple(items))
    case UInt8(ascii: "a"): try append([try pop()])
    case UInt8(ascii: "e"), 0x90: try append(try popToMark())
    case UInt8(ascii: "s"):
      let value = try pop()
      try set([try pop(), value])
    case UInt8(ascii: "u"): try set(try popToMark())
    case UInt8(ascii: "0"): _ = try pop()
    case UInt8(ascii: "Q"): try findStorage()
    case UInt8(ascii: "R"), 0x81: try call()
    // Attributes, such as a state dict's versions: what they describe stays as it is.
    case UInt8(ascii: "b"): _ = try pop()
    default:
      throw error(
        "instruction 0x\(String(instruction, radix: 16)), which torch.save does not write for tensors")
    }
  }

  /// Tuples lie in tuples only as deep as descriptions of tensors need.
  private func tuple(_ items: [Value]) throws(TorchProblem) -> Value {
    let depth = items.reduce(0) { deepest, item in
      if case .tuple(_, let depth) = item { max(deepest, depth) } else { deepest }
    }
    guard depth < 8 else { throw error("more than 8 tuples in one another") }
    return .tuple(items, depth: depth + 1)
  }

  private mutating func append(_ items: [Value]) throws(TorchProblem) {
    switch try top() {
    case .list(let box): box.items += items
    case .opaque: return
    default: throw error("items are appended to no list")
    }
  }

  private mutating func set(_ items: [Value]) throws(TorchProblem) {
    guard items.count.isMultiple(of: 2) else { throw error("a key without a value") }
    switch try top() {
    case .dictionary(let box):
      for place in stride(from: 0, to: items.count, by: 2) {
        // Other keys, such as the numbers of an optimizer's state, hold no weights of a network.
        if case .text(let key) = items[place] { box.entries.append((key, items[place + 1])) }
      }
    case .opaque: return
    default: throw error("entries are set in no dictionary")
    }
  }

  /// `('storage', torch.FloatStorage, '0', 'cpu', 9408)`.
  private mutating func findStorage() throws(TorchProblem) {
    guard case .tuple(let items, _) = try pop(), items.count >= 3, case .text("storage") = items[0],
      case .name(let type) = items[1], case .text(let key) = items[2], type.hasPrefix("torch."),
      type.hasSuffix("Storage")
    else { throw error("a reference to something else than a tensor's storage") }
    stack.append(.storage(type: String(type.dropFirst("torch.".count)), key: key))
  }

  /// What a call would make, by the name of what is called.
  private mutating func call() throws(TorchProblem) {
    let arguments = try pop()
    guard case .name(let name) = try pop(), case .tuple(let items, _) = arguments else {
      stack.append(.opaque)
      return
    }
    switch name {
    case "collections.OrderedDict": stack.append(.dictionary(box()))
    case "torch._utils._rebuild_tensor_v2": stack.append(.tensor(try tensor(items)))
    case "torch._utils._rebuild_parameter":
      guard let first = items.first, case .tensor = first else {
        throw error("a parameter that is no tensor")
      }
      stack.append(first)
    default: stack.append(.opaque)
    }
  }

  private func tensor(_ items: [Value]) throws(TorchProblem) -> Tensor {
    guard items.count >= 4, case .storage(let type, let key) = items[0], case .integer(let offset) = items[1],
      case .tuple(let shape, _) = items[2], case .tuple(let strides, _) = items[3], offset >= 0,
      shape.count == strides.count, shape.count <= 8
    else { throw error("a tensor of another description") }
    func integers(_ values: [Value]) throws(TorchProblem) -> [Int] {
      var found: [Int] = []
      for value in values {
        guard case .integer(let number) = value, number >= 0 else {
          throw error("a tensor's extent that is none")
        }
        found.append(number)
      }
      return found
    }
    return Tensor(
      type: type, storage: key, offset: offset, shape: try integers(shape), strides: try integers(strides))
  }
}

// MARK: The stack and the bytes

extension TorchPickle {
  private mutating func box() -> Box {
    let box = Box()
    boxes.append(box)
    return box
  }

  private mutating func pop() throws(TorchProblem) -> Value {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
      throw error("the stack is empty")
    }
    return value
  }

  private func top() throws(TorchProblem) -> Value {
    guard let value = stack.last else { throw error("the stack is empty") }
    return value
  }

  private mutating func popToMark() throws(TorchProblem) -> [Value] {
    guard let mark = marks.popLast(), mark <= stack.count else { throw error("the stack has no mark") }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[mark...])
  }

  private func recalled(_ place: Int) throws(TorchProblem) -> Value {
    guard let value = memo[place] else { throw error("nothing was remembered as \(place)") }
    return value
  }

  private func error(_ detail: String) -> TorchProblem {
    TorchProblem("its pickle is none of tensors alone: byte \(position), \(detail)")
  }

  private mutating func byte() throws(TorchProblem) -> UInt8 {
    guard position < bytes.count else { throw error("the file ends within the pickle") }
    defer { position += 1 }
    return bytes[position]
  }

  private mutating func integer(_ count: Int) throws(TorchProblem) -> Int {
    var value = 0
    for place in 0..<count { value |= Int(try byte()) << (8 * place) }
    return value
  }

  /// A number of up to 255 bytes, of which those beyond 64 bits are no extent of anything.
  private mutating func longInteger() throws(TorchProblem) -> Value {
    let count = Int(try byte())
    guard count <= 8 else {
      _ = try skip(count)
      return .opaque
    }
    var value: UInt64 = 0
    var last: UInt8 = 0
    for place in 0..<count {
      last = try byte()
      value |= UInt64(last) << UInt64(8 * place)
    }
    if count > 0, count < 8, last & 0x80 != 0 { value |= ~0 << UInt64(8 * count) }
    return .integer(Int(bitPattern: UInt(value)))
  }

  private mutating func skip(_ count: Int) throws(TorchProblem) -> ArraySlice<UInt8> {
    guard count <= bytes.count - position else { throw error("the file ends within the pickle") }
    defer { position += count }
    return bytes[position..<position + count]
  }

  private mutating func text(_ count: Int) throws(TorchProblem) -> String {
    guard count <= Self.longestText else { throw error("a text of \(count) bytes") }
    return String(decoding: try skip(count), as: UTF8.self)
  }

  private mutating func line() throws(TorchProblem) -> String {
    let start = position
    while try byte() != UInt8(ascii: "\n") {
      guard position - start <= 256 else { throw error("a name without an end") }
    }
    return String(decoding: bytes[start..<position - 1], as: UTF8.self)
  }
}
