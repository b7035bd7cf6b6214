/// Holm's step-down correction of p values for a family of questions.
public enum Holm {
  /// The adjusted p values, in the order given.
  ///
  /// Holm. “A simple sequentially rejective multiple test procedure.” Scandinavian Journal of Statistics 6, 1979.
  public static func adjusted(_ pValues: [Double]) -> [Double] {
    let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    var adjusted = pValues
    var floor = 0.0
    for (rank, index) in order.enumerated() {
      floor = max(floor, min(1, Double(pValues.count - rank) * pValues[index]))
      adjusted[index] = floor
    }
    return adjusted
  }

  /// The adjusted p values of a closed family, where a question without a verdict counts as 1.
  ///
  /// The family is what was announced, not what has got far enough: a question that nobody recorded takes its place.
  public static func adjusted(family pValues: [Double?]) -> [Double] { adjusted(pValues.map { $0 ?? 1 }) }
}
