extension AnswerRow {
  /// How the score that follows from the answers differs from the one among `scores`; `nil` when it does not.
  package func contradiction(with scores: [ScoreRow]) -> String? {
    let own = scores.first { $0.evaluation == evaluation && $0.metric == metric }
    let name = "\(evaluation) \(metric)"
    guard let own else { return "holds answers of \(name), which has no score" }
    if own.value == value && own.count == images { return nil }
    return
      "the answers of \(name) make \(value) over \(images) images, its score is \(own.value) over \(own.count)"
  }
}
