import Foundation
import Tensors
import Testing

@testable import NeuralNetworks

@Suite struct CheckpointTests {
  /// Written by PyPI's safetensors 0.8.0 from PyTorch tensors, with the metadata {"commit": "abc"}.
  static let reference = Data(
    base64Encoded: """
      4AEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJjb21taXQiOiJhYmMifSwiYS5zY2FsYXIiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6W10sImRhdGFf\
      b2Zmc2V0cyI6WzAsNF19LCJlbXB0eSI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMCw0XSwiZGF0YV9vZmZzZXRzIjpbNCw0XX0sImxheWVyMS4w\
      LmNvbnYxLndlaWdodCI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMiwzXSwiZGF0YV9vZmZzZXRzIjpbNCwyOF19LCJxdW90ZVwiZCI6eyJkdHlw\
      ZSI6IkYzMiIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzI4LDMyXX0sImxhYmVscyI6eyJkdHlwZSI6IkkzMiIsInNoYXBlIjpbM10sImRh\
      dGFfb2Zmc2V0cyI6WzMyLDQ0XX0sImJuLnJ1bm5pbmdfbWVhbiI6eyJkdHlwZSI6IkJGMTYiLCJzaGFwZSI6WzNdLCJkYXRhX29mZnNldHMiOls0\
      NCw1MF19LCJieXRlcyI6eyJkdHlwZSI6IlU4Iiwic2hhcGUiOlszXSwiZGF0YV9vZmZzZXRzIjpbNTAsNTNdfX0gICAAAOBAAADAPwAAEMBZ2QAz\
      AACAfwAAAIAA4H9HAAAQQQEAAAD+////////fwA/gD9JwAB//w==
      """)!

  /// What the reference file holds.
  static let tensors: [String: Tensor] = [
    "layer1.0.conv1.weight": Tensor([1.5, -2.25, 3e-8, .infinity, -0.0, 65504], shape: [2, 3]),
    "bn.running_mean": tensor([0x3F00, 0x3F80, 0xC049] as [UInt16], .bfloat16, [3]),
    "labels": tensor([1, -2, .max] as [Int32], .int32, [3]),
    "bytes": tensor([0, 127, 255] as [UInt8], .uint8, [3]),
    "a.scalar": Tensor([7], shape: []),
    "empty": Tensor([], shape: [0, 4]),
    "quote\"d": Tensor([9], shape: [1]),
  ]

  @Test func readsWhatSafetensorsWrites() throws {
    try withTemporaryFile { file in
      try Self.reference.write(to: file)
      let checkpoint = try Checkpoint.read(from: file)
      #expect(checkpoint.metadata == ["commit": "abc"])
      expectSame(checkpoint.tensors, Self.tensors)
    }
  }

  @Test func writesTheBytesThatSafetensorsWrites() throws {
    try withTemporaryFile { file in
      try Checkpoint.write(Self.tensors, metadata: ["commit": "abc"], to: file)
      #expect(try Data(contentsOf: file) == Self.reference)
    }
  }

  @Test func keepsEveryBitAndName() throws {
    let strange = ["", "é", "\u{1F600}", "line\nbreak\u{1}", "back\\slash", "a/b c"]
    var tensors = Dictionary(
      uniqueKeysWithValues: strange.map { ($0, Tensor([.nan, -0.0], shape: [1, 2])) })
    tensors["large"] = Tensor((0..<10_000).map { Float($0) }, shape: [100, 100])
    let metadata = Dictionary(uniqueKeysWithValues: strange.map { ($0, $0 + "!") })
    try withTemporaryFile { file in
      try Checkpoint.write(tensors, metadata: metadata, to: file)
      let first = try Data(contentsOf: file)
      let read = try Checkpoint.read(from: file)
      expectSame(read.tensors, tensors)
      #expect(read.metadata == metadata)
      try Checkpoint.write(read.tensors, metadata: read.metadata, to: file)
      #expect(try Data(contentsOf: file) == first)
    }
  }

  @Test func elementsBeginAtAMultipleOfEight() throws {
    for length in 1...9 {
      try withTemporaryFile { file in
        try Checkpoint.write([String(repeating: "x", count: length): Tensor([1], shape: [1])], to: file)
        #expect(try Data(contentsOf: file)[0] % 8 == 0)
      }
    }
  }

  @Test func anEmptyCheckpointIsOne() throws {
    try withTemporaryFile { file in
      try Checkpoint.write([:], to: file)
      #expect(try Checkpoint.read(from: file).tensors.isEmpty)
    }
  }

  @Test func replacesAFileAndLeavesNoOther() throws {
    try withTemporaryFile { file in
      try Checkpoint.write(["a": Tensor([1], shape: [1])], to: file)
      try Checkpoint.write(["a": Tensor([2], shape: [1])], to: file)
      #expect(try Checkpoint.read(from: file).tensors["a"]?.floats == [2])
      let folder = file.deletingLastPathComponent().path
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [file.lastPathComponent])
    }
  }

  @Test func aFolderThatIsNotThereIsAnError() {
    let file = URL(filePath: "/nonexistent/folder/a.safetensors")
    expectProblem {
      if case .unwritable = $0 { true } else { false }
    } of: {
      try Checkpoint.write([:], to: file)
    }
    expectProblem {
      if case .unreadable = $0 { true } else { false }
    } of: {
      _ = try Checkpoint.read(from: file)
    }
  }

  /// /dev/full refuses every byte, as a full disk does.
  @Test func aFullDiskIsAnErrorThatSaysSo() throws {
    let error = #expect(throws: CheckpointError.Problem.self) {
      let descriptor = open("/dev/full", O_WRONLY)
      defer { close(descriptor) }
      try Data([1]).withUnsafeBytes { try FileReplacement.append($0, to: descriptor) }
    }
    let message = CheckpointError(file: "a", problem: try #require(error)).description
    #expect(message.contains("No space left on device") && message.contains("free some space"))
  }
}

/// Compares names, shapes, data types and bits.
func expectSame(_ actual: [String: Tensor], _ expected: [String: Tensor]) {
  #expect(actual.keys.sorted() == expected.keys.sorted())
  for (name, tensor) in expected {
    guard let other = actual[name] else { continue }
    #expect(other.shape == tensor.shape && other.dataType == tensor.dataType, "\(name)")
    #expect(other.withBytes(Array.init) == tensor.withBytes(Array.init), "\(name)")
  }
}

func expectProblem(
  _ matches: (CheckpointError.Problem) -> Bool, of body: () throws -> Void,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let error = #expect(throws: CheckpointError.self, sourceLocation: sourceLocation) { try body() }
  guard let error else { return }
  #expect(matches(error.problem), "\(error)", sourceLocation: sourceLocation)
  #expect(
    error.description.hasPrefix(error.file) && error.description.contains("; "),
    sourceLocation: sourceLocation)
}

/// Calls `body` with a path in a folder of its own.
func withTemporaryFile(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "checkpoint-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder.appending(path: "a.safetensors"))
}

private func tensor<Element>(_ values: [Element], _ dataType: DataType, _ shape: Shape) -> Tensor {
  var tensor = Tensor(uninitialized: shape, dataType)
  tensor.withMutableBytes { target in values.withUnsafeBytes { target.copyMemory(from: $0) } }
  return tensor
}
