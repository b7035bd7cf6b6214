import Numerics

/// Student's t distribution.
public struct StudentT: Sendable {
  /// Its degrees of freedom, positive.
  public let degreesOfFreedom: Double

  /// Creates the distribution; traps unless `degreesOfFreedom` is positive.
  public init(degreesOfFreedom: Double) {
    precondition(degreesOfFreedom > 0, "no t distribution has \(degreesOfFreedom) degrees of freedom")
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// The probability of a value above `t`, exact to the last digits in the far tail too.
  public func probability(above t: Double) -> Double {
    if t < 0 { return 1 - probability(above: -t) }
    if t == .infinity { return 0 }
    let (ν, square) = (degreesOfFreedom, t * t)
    let (inner, outer) = (square / (ν + square), ν / (ν + square))
    return 0.5 * SpecialFunctions.incompleteBeta(outer, complement: inner, ν / 2, 0.5)
  }

  /// The probability of a value up to `t`.
  public func probability(upTo t: Double) -> Double { probability(above: -t) }

  /// The value that a share `p` of the distribution lies below; traps unless p is inside 0..1.
  public func quantile(_ p: Double) -> Double {
    precondition(p > 0 && p < 1, "no quantile at \(p)")
    if p == 0.5 { return 0 }
    if p < 0.5 { return -quantile(above: p) }
    return quantile(above: 1 - p)
  }

  /// Its density at `t`.
  func density(at t: Double) -> Double {
    let ν = degreesOfFreedom
    let logScale = Double.logGamma((ν + 1) / 2) - Double.logGamma(ν / 2) - 0.5 * Double.log(ν * .pi)
    return Double.exp(logScale - (ν + 1) / 2 * Double.log(onePlus: t * t / ν))
  }

  /// The positive value that a share `tail` < ½ lies above.
  ///
  /// To the right of zero the tail is convex and falls, so that Newton's steps from zero approach the root from
  /// the left and never pass it.
  private func quantile(above tail: Double) -> Double {
    var t = 0.0
    while true {
      let step = (probability(above: t) - tail) / density(at: t)
      t += step
      if step <= 1e-15 * t { return t }
    }
  }
}

/// The noncentral t distribution: (Z + δ) / S with Z standard normal and S² an independent χ²ᵥ / ν.
public struct NoncentralT: Sendable {
  /// Its degrees of freedom, at least one.
  public let degreesOfFreedom: Double
  /// How far the numerator's mean is from zero, in its standard deviations.
  public let noncentrality: Double

  /// Creates the distribution; traps below one degree of freedom.
  public init(degreesOfFreedom: Double, noncentrality: Double) {
    precondition(degreesOfFreedom >= 1, "no noncentral t with \(degreesOfFreedom) degrees of freedom here")
    self.degreesOfFreedom = degreesOfFreedom
    self.noncentrality = noncentrality
  }

  /// The probability of a value up to `t`: ∫ Φ(t s − δ) f(s) ds over the density f of S, by Simpson's rule.
  ///
  /// The integrand is smooth and f has nothing beyond twelve of its standard deviations, so that 4,096 panels leave
  /// an error below 10⁻⁸ for every ν ≥ 1.
  public func probability(upTo t: Double) -> Double {
    let ν = degreesOfFreedom
    let reach = 12 / (2 * ν).squareRoot()
    let (low, high) = (max(0, 1 - reach), 1 + reach)
    let logScale = Double.log(2) + ν / 2 * Double.log(ν / 2) - Double.logGamma(ν / 2)
    func integrand(_ s: Double) -> Double {
      let power = ν == 1 ? 0 : (ν - 1) * Double.log(s)
      let density = Double.exp(logScale + power - ν * s * s / 2)
      return density * SpecialFunctions.normalProbability(below: t * s - noncentrality)
    }
    let panels = 4_096
    let width = (high - low) / Double(panels)
    let inner = (1..<panels).reduce(0.0) { sum, i in
      sum + (i.isMultiple(of: 2) ? 2 : 4) * integrand(low + Double(i) * width)
    }
    return min(1, (integrand(low) + inner + integrand(high)) * width / 3)
  }
}
