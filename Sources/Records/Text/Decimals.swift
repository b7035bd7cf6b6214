import Foundation

extension Double {
  /// The number in decimals, `digits` behind the point.
  package func rounded(to digits: Int) -> String { String(format: "%.\(digits)f", self) }
}
