import Tensors

/// x + conv(silu(modulated norm(conv(silu(norm(x)))))), the modulation being a linear map of the noise embedding (Dhariwal,
/// Nichol, arXiv:2105.05233, section 3); a 1 × 1 convolution fits x where channels change.
final class ModulatedBlock: Module {
  let norm1: GroupNormalization
  let conv1: Convolution
  let modulation: Linear
  let norm2: GroupNormalization
  let conv2: Convolution
  let shortcut: Convolution?

  /// Creates a block that starts as its shortcut.
  init(_ inputs: Int, _ outputs: Int, embedding: Int, using random: inout Random) {
    norm1 = GroupNormalization(inputs)
    conv1 = Convolution(inputs, outputs, kernel: 3, drawing: .uniformFanIn, using: &random)
    modulation = Linear(embedding, 2 * outputs, using: &random)
    norm2 = GroupNormalization(outputs)
    conv2 = Convolution(outputs, outputs, kernel: 3, drawing: .zero, using: &random)
    shortcut =
      inputs == outputs
      ? nil : Convolution(inputs, outputs, kernel: 1, drawing: .uniformFanIn, using: &random)
  }

  func callAsFunction(_ x: Tensor, _ embedding: Tensor) -> Tensor {
    let inner = conv1(norm1(x, modulatedBy: nil, thenSiLU: true))
    let residual = conv2(norm2(inner, modulatedBy: modulation(embedding), thenSiLU: true))
    return (shortcut?(x) ?? x) + residual
  }
}

/// x + projection(attention(norm(x))) among all positions of an image; the attention itself in float32.
final class AttentionBlock: Module {
  let norm: GroupNormalization
  let queriesKeysValues: Convolution
  let projection: Convolution
  private let heads: Int

  /// Creates a block that starts as the identity.
  init(_ channels: Int, heads: Int, using random: inout Random) {
    precondition(channels % heads == 0, "\(channels) channels do not split over \(heads) heads")
    norm = GroupNormalization(channels)
    queriesKeysValues = Convolution(
      channels, 3 * channels, kernel: 1, drawing: .uniformFanIn, using: &random)
    projection = Convolution(channels, channels, kernel: 1, drawing: .zero, using: &random)
    self.heads = heads
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let attended = queriesKeysValues(norm(x)).converted(to: .float32).selfAttention(heads: heads)
    return x + projection(attended.converted(to: x.dataType))
  }
}

/// The blocks of one resolution on one side of the U, and the convolution that leads to the next one.
final class UNetLevel: Module {
  let blocks: [ModulatedBlock]
  let attentions: [AttentionBlock]
  let resampling: Convolution?

  init(_ blocks: [ModulatedBlock], attentions: [AttentionBlock], resampling: Convolution?) {
    precondition(
      attentions.isEmpty || attentions.count == blocks.count, "attention after some blocks of a level only")
    self.blocks = blocks
    self.attentions = attentions
    self.resampling = resampling
  }

  /// What comes out of each block.
  func callAsFunction(
    _ x: Tensor, _ embedding: Tensor, preparing prepare: (Tensor) -> Tensor = { $0 }
  ) -> [Tensor] {
    var (x, results) = (x, [Tensor]())
    for (index, block) in blocks.enumerated() {
      x = block(prepare(x), embedding)
      if !attentions.isEmpty { x = attentions[index](x) }
      results.append(x)
    }
    return results
  }
}
