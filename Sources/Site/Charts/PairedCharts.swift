import Claims
import Records

/// A comparison seed by seed: what both arms reached, and their differences with the newest look's interval.
struct PairedCharts {
  let finding: Finding

  /// Both sides of each seed, joined.
  var levels: Chart {
    let pairing = finding.pairing
    let titles = pairing.comparison.titles
    let lines = pairing.pairs.map { pair in
      Chart.Series(
        name: "seed \(pair.seed)", hue: .ink, form: .line,
        points: [Chart.Point(0, pair.baseline), Chart.Point(1, pair.treatment)])
    }
    func dots(_ hue: Chart.Hue, _ x: Double, _ name: String, _ value: (Pairing.Pair) -> Double)
      -> Chart.Series
    {
      Chart.Series(
        name: name, hue: hue, form: .dots,
        points: pairing.pairs.map {
          Chart.Point(x, value($0), title: "\(name), seed \($0.seed): \(Typography.number(value($0)))")
        })
    }
    return Chart(
      title: "Both arms, seed by seed", x: "", y: pairing.measure.name,
      series: lines + [
        dots(.baseline, 0, titles.baseline, \.baseline), dots(.treatment, 1, titles.treatment, \.treatment),
      ], categories: [titles.baseline, titles.treatment])
  }

  /// The differences by seed, and their mean with the interval of the newest look; before the first there is none.
  var differences: Chart {
    let pairs = finding.pairing.pairs
    let points = pairs.enumerated().map { place, pair in
      Chart.Point(
        Double(place), pair.difference,
        title: "seed \(pair.seed): \(Typography.difference(pair.difference)) points")
    }
    var series = [Chart.Series(name: "", hue: .ink, form: .dots, points: points)]
    if let mean {
      series.append(Chart.Series(name: "mean", hue: .treatment, form: .dots, points: [mean]))
    }
    return Chart(
      title: "Treatment minus baseline", x: "seed", y: "points", series: series,
      categories: pairs.map { "\($0.seed)" } + (mean == nil ? [] : ["mean"]), guides: [0],
      band: -finding.rule.margin...finding.rule.margin)
  }

  private var mean: Chart.Point? {
    let place = Double(finding.pairing.pairs.count)
    if let look = finding.look {
      return Chart.Point(
        place, look.mean, low: look.direction.lowerBound, high: look.direction.upperBound,
        title:
          "mean of \(look.pairs) pairs: \(Typography.difference(look.mean)), 95 % interval \(Typography.interval(look.direction))"
      )
    }
    return finding.difference.map {
      Chart.Point(
        place, $0.spread.mean,
        title:
          "mean of \(Typography.count($0.spread.count, "pair")): \(Typography.difference($0.spread.mean))")
    }
  }
}
