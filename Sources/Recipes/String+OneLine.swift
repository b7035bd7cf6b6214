extension String {
  /// The text as one line that no terminal obeys: what a damaged file holds may stand in an error, and control characters
  /// are told by their numbers.
  package var onOneLine: String {
    if !unicodeScalars.contains(where: \.isControl) { return self }
    return unicodeScalars.reduce(into: "") { text, scalar in
      if scalar.isControl {
        text += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
  }
}

extension Unicode.Scalar {
  /// Whether it moves the cursor, ends a line or turns the direction of writing.
  fileprivate var isControl: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate: true
    default: false
    }
  }
}
