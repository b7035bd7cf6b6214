/// How much of a number is due to the images that it was measured on.
extension AnswerRow {
  /// The standard error, in points, of a score over the choice of test images, or of a difference of two scores on the
  /// same images: the jackknife, which leaves out one image at a time.
  ///
  /// Quenouille. “Notes on Bias in Estimation.” Biometrika 43, 1956; Tukey, Ann. Math. Statist. 29, 1958. For shares of
  /// right answers it is the textbook √(s²/n); for a mean intersection over union, which is no mean over images, it is what
  /// the textbook lacks. `nil` for fewer than two images, or answers that are not about the same ones.
  public static func standardError(of row: AnswerRow, minus other: AnswerRow? = nil) -> Double? {
    let count = row.images
    guard count > 1, other.map({ $0.kind == row.kind && $0.images == count }) ?? true else { return nil }
    let pairs = [(row, 1.0)] + (other.map { [($0, -1.0)] } ?? [])
    var values = [Double](repeating: 0, count: count)
    for (row, sign) in pairs {
      let (total, width) = (row.total, row.width)
      for image in 0..<count {
        let own = row.counts[image * width..<(image + 1) * width]
        let rest = zip(total, own).map { $0 - $1 }
        values[image] += sign * row.value(of: rest, images: count - 1)
      }
    }
    let mean = values.reduce(0, +) / Double(count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares * Double(count - 1) / Double(count)).squareRoot()
  }
}
