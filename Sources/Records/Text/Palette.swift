/// The colours of all figures, told apart by colour-blind readers too: Okabe and Ito, “Color Universal Design”, 2008.
///
/// The baseline and the treatment have the same two everywhere, references are grey, and every other line has one of the
/// rest with a dash of its own.
public enum Palette {
  /// Blue.
  public static let baseline = "#0072B2"
  /// Vermilion.
  public static let treatment = "#D55E00"
  /// From dark to light.
  public static let references = ["#6E6E6E", "#A0A0A0", "#8A8A8A"]
  /// The palette's other colours.
  public static let others = ["#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#5D3A9B"]
  /// What is neither of one arm nor of the other, such as their difference.
  public static let difference = "#222222"
  /// What joins two runs of one seed.
  public static let pair = "#B8B8B8"
  /// Words, words that matter less, frames, and lines behind everything.
  public static let text = "#1A1A1A", quietText = "#555555", frame = "#777777", grid = "#E4E4E4"
  /// The area within which arms count as equal.
  public static let margin = "#EFEAD8"
}
