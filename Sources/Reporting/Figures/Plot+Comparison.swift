import Claims
import Records

extension Plot {
  /// The two sides of a comparison seed by seed, and below each other their differences, the mean of these with the newest
  /// look's 95 % interval, and what was published.
  ///
  /// Rows that are not `isCurrent` answered another question than the claim of today.
  package static func comparison(
    _ finding: Finding, of claim: Claim, isCurrent: Bool = true, subtitle: String
  ) -> Plot {
    let (pairs, titles) = (finding.pairing.pairs, finding.comparison.titles)
    var caption = ["Grey lines join the two runs of a seed."]

    let measure = finding.pairing.measure
    var left = Panel(
      title: "Both sides, seed by seed", x: "",
      y: finding.comparison.baselineMetric == nil ? "\(measure.words) (%)" : measure.unit,
      series: pairs.map { Series("", .thinLine, .pair, [Point(0, $0.baseline), Point(1, $0.treatment)]) })
    left.series += [
      Series("baseline: \(titles.baseline)", .points, .baseline, pairs.map { Point(0, $0.baseline) }),
      Series("treatment: \(titles.treatment)", .points, .treatment, pairs.map { Point(1, $0.treatment) }),
    ]
    left.columns = [titles.baseline, titles.treatment]

    var right = Panel(title: "Treatment minus baseline", x: "percentage points", y: "", series: [])
    func add(_ name: String, _ style: Series.Style, _ value: Double, in range: ClosedRange<Double>? = nil) {
      let place = Double(right.rows.count)
      let point = Point(value, place, low: range?.lowerBound ?? value, high: range?.upperBound ?? value)
      right.rows.append(name)
      right.series.append(Series("", style, .difference, [point]))
    }
    for pair in pairs { add("seed \(pair.seed)", .points, pair.difference) }
    if let look = finding.look {
      // The interval of the newest look stands around the mean of its own pairs.
      add("mean of \(look.pairs)", .barsAcross, look.mean, in: look.direction)
      caption.append(
        "Bar: the mean and its 95 % interval at \(look.pairs) pairs, \(Typography.difference(look.mean)) "
          + "\(Typography.interval(look.direction)), which holds over all looks together.")
    } else if let difference = finding.difference, pairs.count > 1 {
      add("mean of \(pairs.count)", .barsAcross, difference.spread.mean)
      caption.append("No interval before \(claim.looks.counts[0]) pairs.")
    }
    if isCurrent, let published = claim.published {
      add("published", .hollowPoints, published.value)
      caption.append("Published: \(Typography.difference(published.value)) (\(published.source)).")
    }
    right.verticalGuide = 0
    right.band = -finding.rule.margin...finding.rule.margin
    caption.append(
      "Shaded: ±\(Typography.points(finding.rule.margin)), within which both count as equal.")
    return Plot(
      title: isCurrent ? claim.sentence : "\(titles.treatment) against \(titles.baseline)",
      subtitle: subtitle, caption: caption.joined(separator: " "),
      panels: [left, right], columns: 2)
  }
}
