import Foundation
import Tensors

/// From noise to images along the probability flow, by Heun's method: Karras et al., arXiv:2206.00364, algorithm 1 without
/// churn, so that an image is a function of its noise alone.
public struct HeunSampling: Codable, Sendable, Equatable {
  /// Steps; all but the last look at the network twice.
  public var steps: Int
  /// σ at the first and the last step but zero.
  public var largestNoise: Float = 80
  public var smallestNoise: Float = 0.002
  /// How much closer the steps lie at little noise: ρ.
  public var power: Float = 7

  /// Creates a sampling by the paper's constants.
  public init(steps: Int) { self.steps = steps }

  /// How often an image passes through the network.
  public var evaluations: Int { 2 * steps - 1 }

  /// σ at every step (equation 5), then zero.
  var levels: [Float] {
    let (first, last) = (
      pow(Double(largestNoise), 1 / Double(power)), pow(Double(smallestNoise), 1 / Double(power))
    )
    return (0..<steps).map { step in
      let part = steps == 1 ? 0 : Double(step) / Double(steps - 1)
      return Float(pow(first + part * (last - first), Double(power)))
    } + [0]
  }

  /// What becomes of `normal` (N × anything, standard normal, float32) when `denoise(x, σ)` says what x is made of; `observe`
  /// sees every x on the way.
  func run(
    from normal: Tensor, observe: (Tensor) -> Void = { _ in }, denoise: (Tensor, Float) -> Tensor
  ) -> Tensor {
    let levels = levels
    var x = levels[0] * normal
    observe(x)
    for (here, there) in zip(levels, levels.dropFirst()) {
      let slope = (x - denoise(x, here)) / here
      var following = x + (there - here) * slope
      if there > 0 {
        let next = (following - denoise(following, there)) / there
        following = x + (0.5 * (there - here)) * (slope + next)
      }
      x = following
      observe(x)
    }
    return x
  }
}
