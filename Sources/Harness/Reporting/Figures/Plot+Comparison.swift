extension Plot {
  /// The two arms of a comparison seed by seed, and the mean of their differences with its 95 % interval.
  static func comparison(_ finding: Finding, title: String) -> Plot {
    let pairing = finding.pairing
    let seeds = pairing.pairs.enumerated().map { index, pair in
      Series(
        name: "seed \(pair.seed)", style: .joinedPoints, color: index,
        points: [Point(0, pair.baseline), Point(1, pair.treatment)])
    }
    let measure = "\(pairing.measure.name) (%)"
    let left = Panel(
      title: "paired by seed", x: "", y: measure, series: seeds,
      categories: [pairing.baseline, pairing.treatment])

    let differences = pairing.pairs.enumerated().map { index, pair in
      Series(
        name: "", style: .joinedPoints, color: index, points: [Point(Double(index), pair.difference)])
    }
    let mean = finding.difference.map { difference in
      let interval = difference.interval() ?? difference.spread.mean...difference.spread.mean
      return Series(
        name: "", style: .bars, color: 6,
        points: [
          Point(
            Double(pairing.pairs.count), difference.spread.mean, low: interval.lowerBound,
            high: interval.upperBound)
        ])
    }
    let right = Panel(
      title: "\(pairing.treatment) − \(pairing.baseline)", x: "", y: "points",
      series: differences + [mean].compactMap(\.self),
      categories: pairing.pairs.map { "seed \($0.seed)" } + (mean == nil ? [] : ["mean, 95 %"]),
      guides: [-Verdict.margin, 0, Verdict.margin])
    return Plot(title: title, panels: [left, right], columns: 2)
  }
}
