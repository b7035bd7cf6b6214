import Numerics

/// How likely a sequence of pairs without an effect is to have crossed no boundary before, given where it stands now.
///
/// With differences x₁, x₂, … from a normal distribution around zero, uₙ = Σx / √Σx² is a Markov chain, and the t
/// statistic of n pairs is t = u √((n − 1) / (n − u²)). Adding a pair, w = x / √Σx² is independent of uₙ and distributed
/// as t / √n with n degrees of freedom, and uₙ₊₁ = (uₙ + w) / √(1 + w²). With w = tan ψ that is uₙ₊₁ = uₙ cos ψ + sin ψ.
///
/// Followed forwards, the density of u gets poles at its turning points. So the chain is followed from the other end:
/// (x₁ … xₙ₊₁) / √Σx² is uniform on a sphere, wherefore the last coordinate sin ψ given uₙ₊₁ = u is
/// u / (n + 1) + √(1 − u² / (n + 1)) √(n / (n + 1)) sin χ, the density of χ being proportional to cosⁿ⁻² χ, and
/// `value(at: u)` is the mean over χ of the value at (u − sin ψ) / cos ψ before, where that lay within the boundary.
struct Survival {
  /// The number of pairs.
  private(set) var count: Int
  /// The boundary of |u| here; `nil` where nobody looks.
  private(set) var cut: Double?
  /// The values at |u| = 0, √n / cells, …, √n, even where the cut is crossed now.
  private var values: [Double]

  /// Before any look.
  init(count: Int, cells: Int = 512) {
    self.count = count
    values = Array(repeating: 1, count: cells + 1)
  }

  /// The probability that no boundary was crossed up to now and |t| exceeds `t` now.
  func probability(beyond t: Double) -> Double {
    // With u = √n sin θ the density of θ is proportional to cosⁿ⁻² θ.
    let (n, square) = (Double(count), t * t)
    let start = Double.asin((square / (n - 1 + square)).squareRoot())
    let sum = Quadrature.integral(from: start, to: .pi / 2) { θ in
      value(at: n.squareRoot() * .sin(θ)) * Self.power(.cos(θ), count - 2)
    }
    return 2 * sum / Self.mass(of: count)
  }

  /// The value of |t| that is exceeded, without a boundary crossed before, with this probability; zero where that much
  /// probability is not left.
  func boundary(spending probability: Double) -> Double {
    if self.probability(beyond: 0) <= probability { return 0 }
    var (low, high) = (0.0, 1.0)
    while self.probability(beyond: high) > probability { (low, high) = (high, 2 * high) }
    while high - low > 1e-7 * high {
      let middle = low + (high - low) / 2
      if self.probability(beyond: middle) > probability { low = middle } else { high = middle }
    }
    return low + (high - low) / 2
  }

  /// Ends every sequence with |t| beyond `t` at this number of pairs.
  mutating func stop(beyond t: Double) {
    let n = Double(count)
    cut = t * (n / (n - 1 + t * t)).squareRoot()
  }

  /// Adds a pair.
  mutating func advance() {
    let before = self
    let cells = values.count - 1
    let width = Double(count + 1).squareRoot() / Double(cells)
    let mass = Self.mass(of: count)
    let everywhere = Quadrature.rule.map { point in
      let χ = .pi / 2 * point.node
      return (sine: Double.sin(χ), weight: .pi / 2 * point.weight * Self.power(.cos(χ), count - 2))
    }
    for cell in 0...cells {
      let u = Double(cell) * width
      let sum = cut == nil ? before.mean(over: everywhere, reaching: u) : before.uncrossed(reaching: u)
      values[cell] = sum / mass
    }
    count += 1
    cut = nil
  }

  /// The value at u by linear interpolation.
  private func value(at u: Double) -> Double {
    let place = min(1, u.magnitude / Double(count).squareRoot()) * Double(values.count - 1)
    let cell = min(Int(place), values.count - 2)
    let share = place - Double(cell)
    return values[cell] + share * (values[cell + 1] - values[cell])
  }

  /// sin ψ at sin χ on the way to u, as centre and radius.
  private func circle(reaching u: Double) -> (centre: Double, radius: Double) {
    let n = Double(count)
    return (u / (n + 1), (max(0, 1 - u * u / (n + 1)) * n / (n + 1)).squareRoot())
  }

  /// The value before the pair that leads to `u` by this sin ψ.
  private func value(reaching u: Double, by sine: Double) -> Double {
    value(at: (u - sine) / max(1e-300, 1 - sine * sine).squareRoot())
  }

  /// The integral over all χ.
  private func mean(over points: [(sine: Double, weight: Double)], reaching u: Double) -> Double {
    let (centre, radius) = circle(reaching: u)
    return points.reduce(0) { $0 + $1.weight * value(reaching: u, by: centre + radius * $1.sine) }
  }

  /// The integral over the χ that come from within the cut.
  private func uncrossed(reaching u: Double) -> Double {
    guard let cut else { preconditionFailure("nobody looked at \(count) pairs") }
    let (centre, radius) = circle(reaching: u)
    // sin ψ where (u − sin ψ) / cos ψ is ±cut: between them, and only there, nothing was crossed.
    let level = u / (1 + cut * cut).squareRoot()
    if level >= 1 || radius == 0 { return 0 }
    let (angle, turn) = (Double.asin(level), Double.atan(cut))
    func χ(_ ψ: Double) -> Double { .asin(max(-1, min(1, (Double.sin(ψ) - centre) / radius))) }
    let (low, high) = (χ(angle - turn), χ(u <= 1 ? angle + turn : .pi - angle - turn))
    return Quadrature.integral(from: low, to: high) { χ in
      let sine = Double.sin(χ)
      let cosine = max(0, 1 - sine * sine).squareRoot()
      return value(reaching: u, by: centre + radius * sine) * Self.power(cosine, count - 2)
    }
  }

  /// ∫ cosⁿ⁻² θ dθ over −π/2…π/2.
  private static func mass(of count: Int) -> Double {
    let n = Double(count)
    return Double.exp(0.5 * Double.log(.pi) + Double.logGamma((n - 1) / 2) - Double.logGamma(n / 2))
  }

  /// A whole power by squaring.
  private static func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, factor, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= factor }
      factor *= factor
      rest >>= 1
    }
    return result
  }
}

/// Gauss and Legendre's quadrature with 48 points.
enum Quadrature {
  private static let points = 48
  static let rule: [(node: Double, weight: Double)] = (0..<points).map { index in
    // Newton's method on the Legendre polynomial, from Tricomi's approximation of its roots.
    var x = Double.cos(.pi * (Double(index) + 0.75) / (Double(points) + 0.5))
    var slope = 0.0
    for _ in 0..<8 {
      var (older, newer) = (1.0, x)
      for degree in 2...points {
        let k = Double(degree)
        (older, newer) = (newer, ((2 * k - 1) * x * newer - (k - 1) * older) / k)
      }
      slope = Double(points) * (x * newer - older) / (x * x - 1)
      x -= newer / slope
    }
    return (x, 2 / ((1 - x * x) * slope * slope))
  }

  /// The integral of a smooth function.
  static func integral(from low: Double, to high: Double, of function: (Double) -> Double) -> Double {
    let (centre, half) = ((low + high) / 2, (high - low) / 2)
    return half * rule.reduce(0) { $0 + $1.weight * function(centre + half * $1.node) }
  }
}
