import FoundationEssentials
import Tensors

extension Checkpoint {
  /// Writes `network` to `file` as the state that torchvision's `ResNet` without its classifier has in PyTorch: its
  /// parameters and running statistics, and for each normalization the number of batches it has seen.
  ///
  /// - Parameters:
  ///   - batchesSeen: What every normalization counted, which PyTorch reads only where no momentum is set.
  ///   - metadata: What else readers should know; the network's own sizes are added.
  /// - Throws: `CheckpointError` when the folder cannot be written to or the disk is full.
  public static func export(
    _ network: ResNet, batchesSeen: Int, metadata: [String: String], to file: URL
  ) throws {
    let tensors = state(of: network)
    let counts = tensors.keys.filter { $0.hasSuffix(".running_mean") }.map {
      String($0.dropLast("running_mean".count)) + "num_batches_tracked"
    }
    let sizes = network.configuration.exchangeMetadata
    let (header, order) = CheckpointHeader.encoded(
      tensors, counts: counts, metadata: metadata.merging(sizes) { $1 })
    try naming(file) {
      try FileReplacement.write(to: file.path) { append in
        try header.withUnsafeBytes(append)
        for _ in counts { try withUnsafeBytes(of: Int64(batchesSeen).littleEndian, append) }
        for name in order { try tensors[name]!.withBytes(append) }
      }
    }
  }
}

extension ResNet.Configuration {
  /// The name that torchvision has for these blocks; `resnet` where it has none.
  public var architecture: String {
    switch (blocks, isBottleneck) {
    case ([2, 2, 2, 2], false): "resnet18"
    case ([3, 4, 6, 3], false): "resnet34"
    case ([3, 4, 6, 3], true): "resnet50"
    case ([3, 4, 23, 3], true): "resnet101"
    case ([3, 8, 36, 3], true): "resnet152"
    default: "resnet"
    }
  }

  /// Whether torchvision's constructor of that name makes this very network.
  public var isTorchvisions: Bool {
    architecture != "resnet" && width == 64 && stem == .imageNet
      && (strides ?? Self.usualStrides) == Self.usualStrides
  }

  /// What a file has to say so that the network can be built anew in another program.
  var exchangeMetadata: [String: String] {
    func list(_ numbers: [Int]) -> String { "[\(numbers.map(String.init).joined(separator: ","))]" }
    return [
      "format": "pt", "architecture": architecture, "blocks": list(blocks),
      "block": isBottleneck ? "bottleneck" : "basic", "width": "\(width)",
      "stem": stem == .cifar ? "cifar" : "imagenet", "strides": list(strides ?? Self.usualStrides),
    ]
  }
}
