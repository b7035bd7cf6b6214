import Claims

extension Plot {
  /// The two arms of a comparison seed by seed, and the mean of their differences with the newest look's 95 % interval.
  package static func comparison(_ finding: Finding, title: String) -> Plot {
    let pairing = finding.pairing
    let seeds = pairing.pairs.enumerated().map { index, pair in
      Series(
        name: "seed \(pair.seed)", style: .joinedPoints, color: index,
        points: [Point(0, pair.baseline), Point(1, pair.treatment)])
    }
    let measure = "\(pairing.measure.name) (%)"
    let left = Panel(
      title: "paired by seed", x: "", y: measure, series: seeds,
      categories: [pairing.comparison.titles.baseline, pairing.comparison.titles.treatment])

    let differences = pairing.pairs.enumerated().map { index, pair in
      Series(
        name: "", style: .joinedPoints, color: index, points: [Point(Double(index), pair.difference)])
    }
    let mean = finding.difference.map { difference in
      // The interval of the newest look, around the mean of its pairs; before the first there is none.
      let (mean, interval) =
        finding.look.map { ($0.mean, $0.direction) }
        ?? (difference.spread.mean, difference.spread.mean...difference.spread.mean)
      return Series(
        name: "", style: .bars, color: 6,
        points: [
          Point(Double(pairing.pairs.count), mean, low: interval.lowerBound, high: interval.upperBound)
        ])
    }
    let label = finding.look.map { "\($0.pairs) pairs, 95 %" } ?? "mean"
    let right = Panel(
      title: "\(pairing.comparison.titles.treatment) − \(pairing.comparison.titles.baseline)", x: "",
      y: "points",
      series: differences + [mean].compactMap(\.self),
      categories: pairing.pairs.map { "seed \($0.seed)" } + (mean == nil ? [] : [label]),
      guides: [-finding.rule.margin, 0, finding.rule.margin])
    return Plot(title: title, panels: [left, right], columns: 2)
  }
}
