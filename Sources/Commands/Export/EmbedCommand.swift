import ArgumentParser
import Foundation
import Harness
import Tensors
import Vision

/// `repro embed`: the features that a run's or anybody's network has for pictures.
struct EmbedCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed",
    abstract: "Write the features of pictures as .npy: by the network of a run, or of a file of weights.",
    discussion: """
      The network: a run, by the beginning of its digest or the end of its folder's path; or a file, safetensors or a \
      PyTorch archive, that holds a residual network under names of torchvision, solo-learn or lightly. Pictures are read \
      as by `run --images`: PNG or JPEG, folders with all that lie in them, the middle square resized. Beside FILE.npy a \
      FILE.txt names the picture of each row.
      """)

  @Argument(help: "A run, or a file of weights.", completion: .file())
  var network: String

  @Argument(help: "Pictures, or folders of them.", completion: .file())
  var images: [String]

  @Option(help: "The file to write: N × features, float32.", completion: .file(extensions: ["npy"]))
  var out: String

  @Option(
    help: "Write the resized pictures too, as bytes: N × side × side × 3.",
    completion: .file(extensions: ["npy"]))
  var pixels: String?

  @Option(help: "Pixels per side (default: those that the network learned from, where that is known).")
  var side: Int?

  @OptionGroup var reading: NetworkFileOptions

  @OptionGroup var output: OutputOptions
  @OptionGroup var pool: ThreadOptions

  func validate() throws {
    if let side, !(8...1_024).contains(side) {
      throw ValidationError("--side is \(side), but must lie within 8...1024")
    }
  }

  func run() async throws {
    try await Failure.reported {
      let given = try GivenEncoder(network, prefix: reading.prefix, runs: output.directory)
      guard let side = side ?? given.side else {
        throw RunProblem("\(network) does not say how large its images were: add --side PIXELS")
      }
      guard let standardization = reading.colors?.standardization ?? given.standardization else {
        throw RunProblem(
          "\(network) does not say which colours it expects: add --colors NAME, such as imagenet")
      }
      pool.startPool()
      let pictures = try Pictures(images.map { URL(fileURLWithPath: $0) }, side: side)
      let features = try given.features(of: pictures.images, standardization: standardization)
      let file = URL(fileURLWithPath: out)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try writeAtomically(features.npy, to: file)
      try writeAtomically(
        Data(pictures.names.map { $0 + "\n" }.joined().utf8),
        to: file.deletingPathExtension().appendingPathExtension("txt"))
      if let pixels { try pictures.interleaved.write(npy: URL(fileURLWithPath: pixels)) }
      Console.result("\(out)\t\(features.shape[0])\t\(features.shape[1])")
      Console.note("\(given.name); \(side) × \(side) pixels, digest \(given.digest.prefix(12))")
    }
  }
}

extension Tensor {
  /// The numbers as NumPy's `.npy` of version 1.0 has them, row after row in float32.
  var npy: Data {
    let extents = shape.dimensions.map(String.init).joined(separator: ", ") + (shape.rank == 1 ? "," : "")
    var text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(extents)), }"
    // The header with the line break fills whole lines of 64 bytes.
    text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
    let length = text.utf8.count
    var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)])
    data += Data(text.utf8)
    converted(to: .float32).withBytes { data.append(contentsOf: $0) }
    return data
  }
}
