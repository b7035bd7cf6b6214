import Pretraining

/// The mean over an epoch's steps of its loss, each term and each observation; kept in checkpoints, so that an epoch that
/// was stopped in its middle ends with the mean it would have had.
struct EpochMean: Codable, Equatable {
  private struct Sum: Codable, Equatable {
    let metric: String
    var value: Double
  }

  private var steps = 0
  private var sums: [Sum] = []
  private var learningRate: Double = 0

  /// Adds a step.
  mutating func add(_ report: StepReport) {
    let values =
      [("loss", report.loss), (StepMetric.gradientNorm, report.gradientNorm)]
      + report.terms.map { ("loss/\($0.name)", $0.value) }
      + report.observations.map { ("observed/\($0.name)", $0.value) }
    for (metric, value) in values {
      if let index = sums.firstIndex(where: { $0.metric == metric }) {
        sums[index].value += Double(value)
      } else {
        sums.append(Sum(metric: metric, value: Double(value)))
      }
    }
    steps += 1
    learningRate = Double(decimalOf: report.learningRate)
  }

  /// What goes into the curves.
  var metrics: [(metric: String, value: Double)] {
    guard steps > 0 else { return [] }
    return sums.map { ($0.metric, $0.value / Double(steps)) } + [("learning-rate", learningRate)]
  }
}

extension Double {
  /// The number that the shortest decimal form of `value` denotes: 0.03 rather than 0.029999999329447746.
  init(decimalOf value: Float) { self = Double("\(value)") ?? Double(value) }
}
