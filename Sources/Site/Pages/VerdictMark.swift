import Claims
import Statistics

/// How a verdict looks: a sign, and a colour that says which arm it speaks for.
enum VerdictMark: String, CaseIterable {
  /// The claim held; the other way round; neither; nothing decided; or the runs are no test.
  case held, opposite, equal, open, void

  init(_ verdict: Verdict) {
    self =
      switch verdict {
      case .ended(let ended, _) where ended.ending.isReproduced: .held
      case .ended(let ended, _) where ended.ending.isOpposite: .opposite
      case .ended(let ended, _) where ended.ending == .noDifference: .equal
      case .ended(let ended, _) where ended.ending == .undecided: .open
      case .ended, .notATest, .alarmed, .synthetic: .void
      case .unrecorded, .waiting, .goingOn: .open
      }
  }

  /// Told apart without colour, too.
  var sign: String {
    switch self {
    case .held: "●"
    case .opposite: "◆"
    case .equal: "■"
    case .open: "○"
    case .void: "△"
    }
  }

  /// What a count of these says.
  var words: String {
    switch self {
    case .held: "reproduced"
    case .opposite: "opposite"
    case .equal: "no difference"
    case .open: "undecided so far"
    case .void: "not a test"
    }
  }

  /// The sign and `text` as markup.
  func markup(_ text: String) -> String {
    let sign = Markup.element("span", ["class": "sign", "aria-hidden": "true"], self.sign)
    return Markup.element("span", ["class": "verdict \(rawValue)"], sign + " " + Markup.escaped(text))
  }
}
