import Numerics
import Synchronization

/// By how many standard errors the mean difference may stray at each look, so that all looks together err with a fixed
/// probability.
///
/// The probability is spent linearly: looks up to n_k of n_max pairs spend α n_k / n_max. Repeated intervals d ± c s / √n
/// then all hold the true difference with probability 1 − α, whenever one stops. Lan and DeMets, Biometrika 70, 1983;
/// Jennison and Turnbull, JRSS B 51, 1989, and Biometrika 78, 1991. The constants are exact for normal differences of
/// unknown spread; `Survival` has the recursion.
public struct Boundary: Sendable, Hashable {
  /// The looks.
  public let looks: Looks
  /// The probability that the repeated intervals hold the true difference throughout, 0.95 for one.
  public let level: Double
  /// The constant of each look: c in d ± c s / √n.
  public let constants: [Double]

  /// Computes the constants; traps unless `level` lies between zero and one.
  ///
  /// Constants of each level and looks are computed once in a process; it takes some tens of milliseconds.
  public init(_ looks: Looks, level: Double) {
    precondition(level > 0 && level < 1, "no boundary of level \(level)")
    self.looks = looks
    self.level = level
    let key = Key(looks: looks, level: level)
    if let known = Self.known.withLock({ $0[key] }) {
      constants = known
    } else {
      let computed = Self.constants(looks, spending: 1 - level)
      Self.known.withLock { $0[key] = computed }
      constants = computed
    }
  }

  /// The constant of the look at `pairs`; traps where there is none.
  public func constant(at pairs: Int) -> Double {
    guard let place = looks.counts.firstIndex(of: pairs) else {
      preconditionFailure("no look at \(pairs) pairs, but at \(looks.counts)")
    }
    return constants[place]
  }

  private struct Key: Hashable {
    let looks: Looks
    let level: Double
  }

  private static let known = Mutex<[Key: [Double]]>([:])

  /// The constants of looks that spend `alpha` together; for the first `count` looks alone where told.
  static func constants(_ looks: Looks, spending alpha: Double, first count: Int? = nil) -> [Double] {
    var survival = Survival(count: looks.counts[0])
    var constants: [Double] = []
    var spent = 0.0
    for pairs in looks.counts.prefix(count ?? looks.counts.count) {
      while survival.count < pairs { survival.advance() }
      let due = alpha * Double(pairs) / Double(looks.last)
      let constant = survival.boundary(spending: due - spent)
      survival.stop(beyond: constant)
      constants.append(constant)
      spent = due
    }
    return constants
  }

  /// The probability of a first crossing at each look, for any boundary of |t|, when there is no effect.
  package static func crossings(_ looks: Looks, constants: [Double]) -> [Double] {
    var survival = Survival(count: looks.counts[0])
    return zip(looks.counts, constants).map { pairs, constant in
      while survival.count < pairs { survival.advance() }
      let crossing = survival.probability(beyond: constant)
      survival.stop(beyond: constant)
      return crossing
    }
  }
}

/// The p value of a sequence of looks.
public enum SequentialP {
  /// The smallest α whose boundary the sequence has crossed at one of its looks so far; 1 before the first.
  ///
  /// `statistics` are the t statistics at the looks reached. Exact to a hundredth of itself, down to 10⁻¹².
  public static func value(_ statistics: [Double], at looks: Looks) -> Double {
    precondition(
      statistics.count <= looks.counts.count,
      "\(statistics.count) statistics at \(looks.counts.count) looks")
    guard let first = statistics.first else { return 1 }
    func isCrossed(_ alpha: Double) -> Bool {
      let constants = Boundary.constants(looks, spending: alpha, first: statistics.count)
      return zip(statistics, constants).contains { $0.magnitude > $1 }
    }
    let least = 1e-12
    let ν = Double(looks.counts[0] - 1)
    let alone = 2 * StudentT(degreesOfFreedom: ν).probability(above: first.magnitude)
    let firstLook = min(1, max(least, alone * Double(looks.last) / Double(looks.counts[0])))
    if statistics.count == 1 { return firstLook }
    var (low, high) = (least, firstLook)
    if isCrossed(low) { return low }
    while high > 1.01 * low {
      let middle = (low * high).squareRoot()
      if isCrossed(middle) { high = middle } else { low = middle }
    }
    return high
  }
}
