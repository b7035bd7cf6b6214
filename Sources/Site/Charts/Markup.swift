import Foundation

/// Elements of SVG and HTML as text.
enum Markup {
  /// An element with its attributes in this order; `nil` ones are left out, and `content` is markup already.
  static func element(_ name: String, _ attributes: KeyValuePairs<String, String?>, _ content: String = "")
    -> String
  {
    let told = attributes.compactMap { key, value in value.map { " \(key)=\"\(escaped($0))\"" } }.joined()
    return content.isEmpty ? "<\(name)\(told)/>" : "<\(name)\(told)>\(content)</\(name)>"
  }

  /// `text` with what markup would take for its own written otherwise.
  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }

  /// `text` of a report with what stands between backticks as code.
  static func prose(_ text: String) -> String {
    escaped(text).replacing(/`([^`]+)`/) { element("code", [:], String($0.output.1)) }
  }

  /// A coordinate with at most two decimals, the same under every locale. Traps where it is no number.
  static func number(_ value: Double) -> String {
    precondition(value.isFinite, "a coordinate of \(value)")
    let rounded = (value * 100).rounded() / 100
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }

  /// A line of text at a place.
  static func text(
    _ text: String, x: Double, y: Double, anchor: String? = nil, kind: String? = nil
  ) -> String {
    element(
      "text", ["x": number(x), "y": number(y), "text-anchor": anchor, "class": kind], escaped(text))
  }

  /// A straight line.
  static func line(from a: (x: Double, y: Double), to b: (x: Double, y: Double), kind: String) -> String {
    element(
      "line",
      ["x1": number(a.x), "y1": number(a.y), "x2": number(b.x), "y2": number(b.y), "class": kind])
  }
}
