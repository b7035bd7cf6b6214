import Glibc

/// `part` of `whole`, in percent; 0 where there is nothing.
func percentage(_ part: Int, of whole: Int) -> Double {
  whole == 0 ? 0 : 100 * Double(part) / Double(whole)
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
