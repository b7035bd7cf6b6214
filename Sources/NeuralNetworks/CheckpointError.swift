import Tensors

/// Why a checkpoint could not be written, read, or put into a module.
public struct CheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file.
  public let file: String
  /// What is wrong with it.
  public let problem: Problem

  /// What can be wrong with a checkpoint.
  public enum Problem: Error, Equatable, Sendable {
    /// The operating system refused to read; its reason.
    case unreadable(String)
    /// The operating system refused to write; its reason.
    case unwritable(String)
    /// The file is something else; what it looks like.
    case foreign(String)
    /// The file ends early: bytes it should have, bytes it has.
    case truncated(expected: Int, found: Int)
    /// The file goes on after its last tensor: bytes it should have, bytes it has.
    case trailingBytes(expected: Int, found: Int)
    /// The header claims more bytes than any header has.
    case oversizedHeader(length: UInt64, limit: Int)
    /// The header is not UTF-8 text.
    case headerNotUTF8
    /// The header is not the JSON the format asks for: the byte, and what was expected there.
    case malformedHeader(byte: Int, expected: String)
    /// Two tensors, or two entries of the metadata, have one name.
    case duplicateName(String)
    /// A tensor's elements are of a type the engine does not have.
    case unsupportedType(tensor: String, found: String)
    /// A tensor's shape and place in the file do not agree: bytes of the shape, bytes of the place.
    case sizeMismatch(tensor: String, shape: [Int], expected: Int, found: Int)
    /// A tensor's shape has more elements than any memory.
    case hugeShape(tensor: String, shape: [Int])
    /// A tensor begins before its predecessor's end.
    case overlap(tensor: String, begin: Int, previousEnd: Int)
    /// Bytes between two tensors belong to neither.
    case gap(tensor: String, begin: Int, previousEnd: Int)
    /// The module has tensors that the file lacks.
    case missing([String])
    /// The file has tensors that the module lacks.
    case unexpected([String])
    /// The module's tensor has another shape.
    case shapeMismatch(tensor: String, expected: Shape, found: Shape)
    /// The module's tensor has other elements.
    case typeMismatch(tensor: String, expected: DataType, found: DataType)
  }

  /// The file, what was found, and what to do about it, in one line.
  public var description: String { "\(file): \(found); \(nextStep)" }

  /// What is wrong with the file, to stand behind its name.
  public var found: String {
    switch problem {
    case .unreadable(let reason): "cannot be read (\(reason))"
    case .unwritable(let reason): "cannot be written (\(reason))"
    case .foreign(let kind): "is not a safetensors file, it looks like \(kind)"
    case .truncated(let expected, let found): "is cut off, \(found) of \(expected) bytes are there"
    case .trailingBytes(let expected, let found): "has \(found) bytes where its tensors end at \(expected)"
    case .oversizedHeader(let length, let limit):
      "claims a header of \(length) bytes (at most \(limit) are read)"
    case .headerNotUTF8: "has a header that is not UTF-8 text"
    case .malformedHeader(let byte, let expected):
      "has a broken header, at its byte \(byte) \(expected) was expected"
    case .duplicateName(let name): "names '\(name)' twice"
    case .unsupportedType(let tensor, let found): "holds '\(tensor)' as \(found)"
    case .sizeMismatch(let tensor, let shape, let expected, let found):
      "gives '\(tensor)' of shape \(Shape(shape)) \(found) bytes where it needs \(expected)"
    case .hugeShape(let tensor, let shape): "gives '\(tensor)' the impossible shape \(shape)"
    case .overlap(let tensor, let begin, let previousEnd):
      "has '\(tensor)' begin at byte \(begin), inside the tensor that ends at \(previousEnd)"
    case .gap(let tensor, let begin, let previousEnd):
      "has '\(tensor)' begin at byte \(begin) where the one before ends at \(previousEnd)"
    case .missing(let names): "lacks \(CheckpointError.listed(names))"
    case .unexpected(let names): "holds \(CheckpointError.listed(names)) that the network does not have"
    case .shapeMismatch(let tensor, let expected, let found):
      "holds '\(tensor)' of shape \(found) where the network has \(expected)"
    case .typeMismatch(let tensor, let expected, let found):
      "holds '\(tensor)' as \(found) where the network has \(expected)"
    }
  }

  private var nextStep: String {
    switch problem {
    case .unreadable: "check the path and its permissions"
    case .unwritable: "free some space or choose a writable folder; what was there before is untouched"
    case .foreign: "convert it with safetensors.torch.save_file, or give the path of a checkpoint"
    case .unsupportedType: "write it as float32, bfloat16, int32 or uint8"
    case .missing, .unexpected, .shapeMismatch, .typeMismatch:
      "it belongs to another configuration: use the one it was written with, or remove it to start afresh"
    default: "it is damaged: remove it and restore a copy, or start afresh"
    }
  }

  private static func listed(_ names: [String]) -> String {
    let shown = names.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
    return names.count > 3 ? "\(shown) and \(names.count - 3) more tensors" : shown
  }
}
