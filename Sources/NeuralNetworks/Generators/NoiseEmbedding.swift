import Glibc
import Tensors

/// What a network is told about the noise in its input: cosines and sines of a number, then a small network over them.
///
/// Vaswani et al., arXiv:1706.03762, section 3.5, as diffusion models use it (Ho, Jain, Abbeel, arXiv:2006.11239); the
/// frequencies fall geometrically from 1 to 1 / 10,000.
public final class NoiseEmbedding: Module {
  /// Numbers of one embedding.
  public let featureCount: Int
  let waves: Int
  let layers: Sequential

  /// Creates an embedding of `waves` cosines and sines, widened to `featureCount` numbers.
  init(waves: Int, featureCount: Int, using random: inout Random) {
    precondition(waves % 2 == 0, "\(waves) waves are no pairs of cosine and sine")
    self.waves = waves
    self.featureCount = featureCount
    layers = Sequential(
      Linear(waves, featureCount, using: &random), SiLU(),
      Linear(featureCount, featureCount, using: &random), SiLU())
  }

  /// N × `featureCount`, float32.
  func callAsFunction(_ levels: [Float]) -> Tensor {
    layers(NoiseEmbedding.waves(of: levels, count: waves))
  }

  /// The cosines and then the sines of every level: N × `count`.
  static func waves(of levels: [Float], count: Int) -> Tensor {
    let half = count / 2
    let frequencies = (0..<half).map { pow(10_000, -Double($0) / Double(max(1, half - 1))) }
    let values = levels.flatMap { level in
      let angles = frequencies.map { Double(level) * $0 }
      return angles.map { Float(cos($0)) } + angles.map { Float(sin($0)) }
    }
    return Tensor(values, shape: [levels.count, count])
  }
}
