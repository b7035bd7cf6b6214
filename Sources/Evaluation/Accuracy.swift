import Glibc

/// The share of predictions that equal their label, in percent.
func accuracy(of predictions: [Int], labels: [Int]) -> Double {
  precondition(
    predictions.count == labels.count, "\(predictions.count) predictions for \(labels.count) labels")
  let hits = zip(predictions, labels).count { $0 == $1 }
  return 100 * Double(hits) / Double(labels.count)
}

/// How many classes score above `label`, or as high and come before it.
func rank<Scores: RandomAccessCollection<Element>, Element: Comparable>(of label: Int, in scores: Scores)
  -> Int
where Scores.Index == Int {
  let own = scores[scores.startIndex + label]
  return scores.enumerated().count { $1 > own || ($1 == own && $0 < label) }
}

/// The place of the largest value, the first of several.
func firstMaximum(_ values: some RandomAccessCollection<Double>) -> Int {
  var best = values.startIndex
  for index in values.indices where values[index] > values[best] { best = index }
  return values.distance(from: values.startIndex, to: best)
}

func exponential(_ x: some BinaryFloatingPoint) -> Double { exp(Double(x)) }
func logarithm(_ x: Double) -> Double { log(x) }
