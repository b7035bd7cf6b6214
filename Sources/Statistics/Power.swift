import Numerics

/// What a number of paired seeds can and cannot show.
public enum Power {
  /// The true difference that `count` pairs with this standard deviation of differences detect with probability
  /// `power`, in a two-sided paired t test at 5 %, or one whose t has to exceed `critical`; `nil` for fewer than two
  /// pairs.
  ///
  /// Solved on the exact noncentral t distribution, both tails counted.
  public static func smallestDetectableEffect(
    deviation: Double, count: Int, power: Double = 0.8, critical: Double? = nil
  )
    -> Double?
  {
    guard count >= 2 else { return nil }
    let noncentrality = noncentrality(count: count, power: power, critical: critical)
    return noncentrality * deviation / Double(count).squareRoot()
  }

  /// How many pairs in all detect a true difference of `effect` with probability `power`; three at least.
  public static func pairsNeeded(toDetect effect: Double, deviation: Double, power: Double = 0.8) -> Int {
    precondition(effect > 0, "no number of seeds detects a difference of \(effect)")
    return smallest(above: 2) { count in
      (smallestDetectableEffect(deviation: deviation, count: count, power: power) ?? .infinity) <= effect
    }
  }

  /// The probability that a two-sided test, at 5 % unless told, rejects “no difference”.
  static func power(noncentrality: Double, count: Int, critical: Double? = nil) -> Double {
    let ν = Double(count - 1)
    let critical = critical ?? StudentT(degreesOfFreedom: ν).quantile(0.975)
    let distribution = NoncentralT(degreesOfFreedom: ν, noncentrality: noncentrality)
    return 1 - distribution.probability(upTo: critical) + distribution.probability(upTo: -critical)
  }

  private static func noncentrality(count: Int, power wanted: Double, critical: Double?) -> Double {
    precondition(wanted > 0.05 && wanted < 1, "no effect is detected with probability \(wanted)")
    var (low, high) = (0.0, 1.0)
    while power(noncentrality: high, count: count, critical: critical) < wanted {
      (low, high) = (high, 2 * high)
    }
    while high - low > 1e-9 * high {
      let middle = low + (high - low) / 2
      if power(noncentrality: middle, count: count, critical: critical) < wanted {
        low = middle
      } else {
        high = middle
      }
    }
    return low + (high - low) / 2
  }
}

/// The smallest whole number above `count` for which a condition holds that, once true, stays true.
package func smallest(above count: Int, where holds: (Int) -> Bool) -> Int {
  var step = 1
  while !holds(count + step) && step < 1 << 40 { step *= 2 }
  var (low, high) = (count + step / 2, count + step)
  if step == 1 { return high }
  while high - low > 1 {
    let middle = low + (high - low) / 2
    if holds(middle) { high = middle } else { low = middle }
  }
  return high
}
