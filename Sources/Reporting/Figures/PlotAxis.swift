import Foundation
import Records

/// An axis of numbers: from where to where, and what is written at it.
struct PlotAxis: Equatable {
  /// The axis' ends, each at a mark.
  let range: ClosedRange<Double>
  /// The distance of its marks.
  let step: Double

  /// An axis that covers `values` with about `count` steps between round numbers; with whole ones only where `isWhole`.
  ///
  /// It never goes below zero where nothing does.
  init(covering values: [Double], count: Int = 5, isWhole: Bool = false) {
    let finite = values.filter(\.isFinite)
    var (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    if low == high {
      // A single value stands in the middle, but for one at zero of what counts from there.
      let room = isWhole ? 1 : max(low.magnitude / 10, 1e-6)
      (low, high) = low == 0 ? (0, 1) : (low > 0 ? max(0, low - room) : low - room, high + room)
    }
    let step = PlotAxis.round((high - low) / Double(count), isWhole: isWhole)
    self.step = step
    let first = (low / step + 1e-9).rounded(.down) * step
    range = first...max(first + step, (high / step - 1e-9).rounded(.up) * step)
  }

  /// The least of 1, 2, 5 times a power of ten that is not below `step`.
  private static func round(_ step: Double, isWhole: Bool) -> Double {
    let power = pow(10, floor(log10(step)))
    let rounded = [1, 2, 5, 10].map { $0 * power }.first { $0 >= step * (1 - 1e-9) } ?? 10 * power
    return isWhole ? max(1, rounded) : rounded
  }

  /// Where the marks stand, and what they are called.
  var marks: [(place: Double, name: String)] {
    let decimals = step >= 1 ? 0 : min(6, Int((-log10(step)).rounded(.up)))
    let count = Int(((range.upperBound - range.lowerBound) / step).rounded())
    return (0...count).map {
      let place = range.lowerBound + Double($0) * step
      return (place, Typography.number(place, decimals: decimals))
    }
  }
}
