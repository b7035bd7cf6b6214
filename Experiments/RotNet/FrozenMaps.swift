import Evaluation
import NeuralNetworks
import Tensors
import Vision

/// The feature maps of one block of a candidate's frozen network, in the numbers that it computes in.
struct FrozenMaps {
  /// How many images the network is given at once.
  private static let batchSize = 500

  private let encoder: any BlockwiseEncoder
  private let block: Int
  private let candidate: Candidate

  /// Traps for an encoder without such a block.
  init(of candidate: Candidate, block: Int) {
    guard let encoder = candidate.encoder as? any BlockwiseEncoder, (1...encoder.blockCount).contains(block)
    else { preconditionFailure("maps of block \(block) of a network that has none") }
    self.encoder = encoder
    self.block = block
    self.candidate = candidate
  }

  /// The maps of `images`, standardized already: batch statistics stay as training left them.
  func callAsFunction(_ images: Tensor) -> Tensor {
    inference { encoder.blockFeatures(of: images, block: block).constant }
  }

  /// The maps of all of `images` as they are, in their order.
  func all(of images: ImageSet) -> Tensor {
    let loader = ViewLoader(
      images, standardization: candidate.standardization, dataType: candidate.dataType)
    var values: Tensor?
    for range in FrozenMaps.ranges(of: images.count) {
      let maps = self(loader.images(at: range))
      if values == nil { values = Tensor(uninitialized: maps.shape.withRows(images.count), maps.dataType) }
      let start = range.lowerBound * maps.shape.stride * maps.dataType.byteCount
      values!.withMutableBytes { target in
        maps.withBytes { source in
          UnsafeMutableRawBufferPointer(rebasing: target[start...]).copyMemory(from: source)
        }
      }
    }
    return values!
  }

  /// 0..<`count` in the pieces that a network is given at once.
  static func ranges(of count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: batchSize).map { $0..<min($0 + batchSize, count) }
  }
}
