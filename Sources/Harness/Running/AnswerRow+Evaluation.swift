import Evaluation

extension AnswerRow {
  /// What `evaluation` keeps of one of its scores in the run of `key`.
  package init(_ key: RunKey, _ evaluation: String, _ answers: Answers) {
    self =
      switch answers.content {
      case .right(let all):
        AnswerRow(
          key: key, evaluation: evaluation, metric: answers.metric, kind: .right, classes: 1,
          counts: all.map { $0 ? 1 : 0 })
      case .shares(let all):
        AnswerRow(
          key: key, evaluation: evaluation, metric: answers.metric, kind: .shares, classes: 1,
          counts: all.flatMap { [$0.right, $0.asked] })
      case .pixels(let all):
        AnswerRow(
          key: key, evaluation: evaluation, metric: answers.metric, kind: .pixels,
          classes: all.first?.classCount ?? 1, counts: all.flatMap(\.counts))
      }
  }
}
