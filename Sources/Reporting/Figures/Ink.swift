import Records

/// What a series is drawn in.
public enum Ink: Sendable, Hashable {
  /// The two arms of the headline.
  case baseline, treatment
  /// An arm that places those two between a floor and a ceiling, by its place among such arms.
  case reference(Int)
  /// Any other, by its place.
  case other(Int)
  /// What belongs to no arm: differences, and what joins two runs.
  case difference, pair

  /// The colour as `#rrggbb`.
  public var color: String {
    switch self {
    case .baseline: Palette.baseline
    case .treatment: Palette.treatment
    case .reference(let place): Palette.references[place % Palette.references.count]
    case .other(let place): Palette.others[place % Palette.others.count]
    case .difference: Palette.difference
    case .pair: Palette.pair
    }
  }

  /// Which of gnuplot's dashes, so that lines are told apart without their colours too.
  var dash: Int {
    switch self {
    case .baseline, .treatment, .difference, .pair: 1
    case .reference(let place): [2, 3, 4][place % 3]
    case .other(let place): place < Palette.others.count ? 1 : 2 + place / Palette.others.count % 4
    }
  }

  /// Which of gnuplot's points.
  var point: Int {
    switch self {
    case .baseline, .pair: 7
    case .treatment: 5
    case .reference(let place): [11, 13, 3][place % 3]
    case .other(let place): [9, 11, 13, 15, 4][place % 5]
    case .difference: 7
    }
  }
}
