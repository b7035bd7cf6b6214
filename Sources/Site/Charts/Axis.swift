import Foundation

/// From numbers to places along one direction of a chart.
struct Axis: Equatable {
  /// How numbers are spread out.
  enum Form: Equatable {
    /// Evenly.
    case linear
    /// By their logarithms; all must be positive.
    case logarithmic
    /// By asinh(x): evenly near zero, by their logarithms far from it, on both sides.
    case stretched
  }

  /// The numbers that it shows, and how they are spread out.
  let domain: ClosedRange<Double>, form: Form
  /// Where the first and the last of them lie.
  let start: Double, end: Double

  /// Creates an axis over `domain`, widened where it holds a single number.
  init(_ domain: ClosedRange<Double>, form: Form = .linear, from start: Double, to end: Double) {
    precondition(domain.lowerBound.isFinite && domain.upperBound.isFinite, "an axis over \(domain)")
    precondition(form != .logarithmic || domain.lowerBound > 0, "a logarithmic axis over \(domain)")
    (self.form, self.start, self.end) = (form, start, end)
    if domain.lowerBound < domain.upperBound {
      self.domain = domain
    } else if form == .logarithmic {
      self.domain = domain.lowerBound / 2...domain.upperBound * 2
    } else {
      let half = max(0.5, domain.lowerBound.magnitude * 0.01)
      self.domain = domain.lowerBound - half...domain.upperBound + half
    }
  }

  /// Where `value` lies; beyond the ends for numbers beyond the domain.
  func place(_ value: Double) -> Double {
    let (low, high) = (spread(domain.lowerBound), spread(domain.upperBound))
    return start + (spread(value) - low) / (high - low) * (end - start)
  }

  private func spread(_ value: Double) -> Double {
    switch form {
    case .linear: value
    case .logarithmic: log(value)
    case .stretched: asinh(value)
    }
  }

  /// Round numbers within the domain, about as many as `count` on a linear axis.
  func ticks(_ count: Int = 5) -> [Double] {
    switch form {
    case .linear:
      let step = Self.roundStep((domain.upperBound - domain.lowerBound) / Double(max(1, count)))
      let first = Int((domain.lowerBound / step).rounded(.up)),
        last = Int((domain.upperBound / step).rounded(.down))
      return first <= last ? (first...last).map { Double($0) * step } : []
    case .logarithmic:
      let decades = Int(log10(domain.lowerBound).rounded(.down))...Int(log10(domain.upperBound).rounded(.up))
      let whole = decades.map { pow(10, Double($0)) }
      let fine = decades.flatMap { decade in [1.0, 2, 5].map { $0 * pow(10, Double(decade)) } }
      let found = whole.filter(domain.contains)
      return found.count > 2 ? found : fine.filter(domain.contains)
    case .stretched:
      let half: [Double] = [1, 2, 5, 10, 20, 50, 100]
      return (half.reversed().map { -$0 } + [0] + half).filter(domain.contains)
    }
  }

  /// The smallest of 1, 2 and 5 times a power of ten that is no smaller than `step`.
  static func roundStep(_ step: Double) -> Double {
    let power = pow(10, log10(step).rounded(.down))
    return ([1, 2, 5].first { $0 * power >= step * (1 - 1e-9) } ?? 10) * power
  }

  /// A tick's number with as few digits as tell it from its neighbours.
  static func label(_ value: Double) -> String {
    let units: [(Double, String)] = [(1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")]
    if let (unit, name) = units.first(where: { value.magnitude >= $0.0 }) {
      return "\(short(value / (name == "k" ? 1_000 : unit)))\(name == "k" ? "k" : name)"
    }
    return short(value)
  }

  private static func short(_ value: Double) -> String {
    let text = String(format: "%.6g", value.magnitude)
    return (value < 0 ? "−" : "") + text
  }
}
