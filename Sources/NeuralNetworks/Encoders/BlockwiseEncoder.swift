import Tensors

/// An encoder whose blocks can be probed one by one.
public protocol BlockwiseEncoder: Encoder {
  /// The number of blocks.
  var blockCount: Int { get }

  /// What block `block` (1, 2, …) makes of `images` (N × H × W × 3), its pooling included: N × H' × W' × C, of the images'
  /// data type; traps when there is no such block.
  func blockFeatures(of images: Tensor, block: Int) -> Tensor
}
