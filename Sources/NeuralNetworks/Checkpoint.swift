import FoundationEssentials
import Tensors

/// Named tensors and a few strings in one file, in the safetensors format.
///
/// The file is the length of a header (64 bits, little-endian), the header (JSON: each tensor's type, shape and place),
/// and the elements, row-major and without gaps. Names are sorted within a type and wider types come first, so that the
/// same tensors are the same bytes, every tensor is aligned to its elements, and PyPI's `safetensors` writes the very
/// same file. Elements are float32, bfloat16, int32 or uint8.
public struct Checkpoint: Sendable {
  /// The tensors by name.
  public let tensors: [String: Tensor]
  /// What else the writer wanted known, e.g. the commit.
  public let metadata: [String: String]
  /// The file that this was read from, for messages.
  let path: String
}

extension Checkpoint {
  /// Writes `tensors` to `file`, which is complete or as it was before: nothing in between survives a crash.
  ///
  /// - Throws: `CheckpointError` when the folder cannot be written to or the disk is full.
  public static func write(
    _ tensors: [String: Tensor], metadata: [String: String] = [:], to file: URL
  ) throws {
    let (header, order) = CheckpointHeader.encoded(tensors, metadata: metadata)
    try naming(file) {
      try FileReplacement.write(to: file.path) { append in
        try header.withUnsafeBytes(append)
        for name in order { try tensors[name]!.withBytes(append) }
      }
    }
  }

  /// Reads every tensor of `file`.
  ///
  /// - Throws: `CheckpointError` when the file is missing, cut off, of another format, or does not agree with itself.
  public static func read(from file: URL) throws -> Checkpoint {
    try naming(file) {
      let reader = try FileReader(path: file.path)
      let header = try CheckpointHeader(readFrom: reader)
      var tensors: [String: Tensor] = [:]
      for entry in header.entries {
        guard let dataType = entry.type.dataType else {
          throw CheckpointError.Problem.unsupportedType(tensor: entry.name, found: entry.type.rawValue)
        }
        var tensor = Tensor(uninitialized: entry.shape, dataType)
        try tensor.withMutableBytes {
          try reader.read(into: $0, at: header.dataStart + entry.range.lowerBound)
        }
        tensors[entry.name] = tensor
      }
      return Checkpoint(tensors: tensors, metadata: header.metadata, path: file.path)
    }
  }

  static func naming<Result>(_ file: URL, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let problem as CheckpointError.Problem {
      throw CheckpointError(file: file.path, problem: problem)
    }
  }
}
