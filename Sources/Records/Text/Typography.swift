import Foundation

/// How numbers and names are written in tables, the same under every locale.
public enum Typography {
  /// `71.23`; a true minus sign for negative numbers.
  package static func number(_ value: Double, decimals: Int = 2) -> String {
    let text = String(format: "%.\(decimals)f", value.magnitude)
    let isZero = !text.contains { $0 != "0" && $0 != "." }
    return (value < 0 && !isZero ? "−" : "") + text
  }

  /// `0.125`: a number for programs, with at most four decimals.
  package static func plain(_ value: Double) -> String { "\((value * 10_000).rounded() / 10_000)" }

  /// `+0.52`, `−0.10`, `0.00`: a difference.
  package static func difference(_ value: Double, decimals: Int = 2) -> String {
    let text = number(value, decimals: decimals)
    return text.hasPrefix("−") || !text.contains { "123456789".contains($0) } ? text : "+" + text
  }

  /// `[−0.10, +1.14]`: an interval of differences.
  package static func interval(_ interval: ClosedRange<Double>) -> String {
    "[\(difference(interval.lowerBound)), \(difference(interval.upperBound))]"
  }

  /// `0.031`, or `below 0.001`: a probability.
  package static func probability(_ p: Double) -> String {
    p < 0.001 ? "below 0.001" : number(p, decimals: 3)
  }

  /// `25 %`, `0.5 %`: a share, with decimals only where it takes them.
  package static func percent(_ share: Double) -> String {
    let value = 100 * share
    return "\(number(value, decimals: value == value.rounded() ? 0 : 1)) %"
  }

  /// `1 point`, `0.5 points`: a number of points.
  package static func points(_ value: Double) -> String {
    let text = value == value.rounded() ? number(value, decimals: 0) : "\(value)"
    return "\(text) \(value == 1 ? "point" : "points")"
  }

  /// `3 pairs`, `1 pair`: a count with its noun.
  public static func count(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  /// The data set and kind of a row, for readers: `CIFAR-10 (jpeg75)`.
  package static func dataset(_ data: String) -> String {
    let parts = data.split(separator: ":", maxSplits: 1).map(String.init)
    let names = [
      "cifar10": "CIFAR-10", "cifar100": "CIFAR-100", "stl10": "STL-10", "shapes": "procedural shapes",
      "tiny-imagenet-100": "Tiny ImageNet, 100 classes", "tiny-imagenet-200": "Tiny ImageNet",
    ]
    let name = parts.first.map { names[$0] ?? $0 } ?? data
    return parts.count > 1 ? "\(name) (\(parts[1]))" : name
  }

  /// `40 s`, `12 min`, `3.4 h`, `56 h`: a time, roughly.
  package static func duration(_ seconds: Double) -> String {
    if seconds < 0.5 { return "under 1 s" }
    if seconds < 90 { return "\(Int(seconds.rounded())) s" }
    if seconds < 5_400 { return "\(Int((seconds / 60).rounded())) min" }
    let hours = seconds / 3_600
    return hours < 10 ? "\((hours * 10).rounded() / 10) h" : "\(Int(hours.rounded())) h"
  }

  /// Names joined for a sentence: `a`, `a and b`, `a, b and c`.
  package static func list(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " and " + last
  }
}
