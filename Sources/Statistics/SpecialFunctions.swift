import Numerics

/// The functions that the distributions are made of.
enum SpecialFunctions {
  /// The regularized incomplete beta function Iₓ(a, b) for x in 0...1 and positive a and b.
  ///
  /// `complement` is 1 − x, asked for apart so that no digits are lost where x is close to one.
  static func incompleteBeta(_ x: Double, complement: Double, _ a: Double, _ b: Double) -> Double {
    precondition(a > 0 && b > 0 && x >= 0 && complement >= 0, "no incomplete beta of \(x), \(a), \(b)")
    if x == 0 { return 0 }
    if complement == 0 { return 1 }
    // The fraction converges fast on the left of the mean; the right follows by symmetry.
    if x * (a + b + 2) > a + 1 { return 1 - incompleteBeta(complement, complement: x, b, a) }
    let logScale =
      a * Double.log(x) + b * Double.log(complement)
      + Double.logGamma(a + b) - Double.logGamma(a) - Double.logGamma(b)
    return Double.exp(logScale) / a * betaFraction(x, a, b)
  }

  /// The standard normal distribution function.
  static func normalProbability(below x: Double) -> Double { 0.5 * Double.erfc(-x / 2.0.squareRoot()) }

  /// The continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8), by Lentz's method.
  private static func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    func kept(_ value: Double) -> Double { value.magnitude < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / kept(1 - (a + b) * x / (a + 1))
    var result = d
    for step in 1...10_000 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / kept(1 + even * d)
      c = kept(1 + even / c)
      result *= c * d
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / kept(1 + odd * d)
      c = kept(1 + odd / c)
      result *= c * d
      if (c * d - 1).magnitude < 1e-15 { break }
    }
    return result
  }
}
