import Vision

/// One number that an evaluation measured.
public struct Score: Sendable, Equatable {
  /// What was measured, e.g. `top1`, in percent where it is an accuracy.
  public let metric: String
  /// The number.
  public let value: Double
  /// How many test images it is about.
  public let count: Int

  /// Creates a score.
  public init(metric: String, value: Double, count: Int) {
    self.metric = metric
    self.value = value
    self.count = count
  }
}

/// What an evaluation found out about one encoder.
public struct Measured: Sendable {
  /// The numbers.
  public var scores: [Score]
  /// What was measured, shown; empty unless the evaluation draws something.
  public var pictures: [Picture]
  /// What the numbers about test images are made of, image by image; empty where nothing was kept.
  public var answers: [Answers]

  /// Creates a finding.
  public init(_ scores: [Score], pictures: [Picture] = [], answers: [Answers] = []) {
    self.scores = scores
    self.pictures = pictures
    self.answers = answers
  }
}

extension Measured {
  /// A number for each of `answers`, which are kept, in their order.
  public static func shares(of answers: [Answers]) -> Measured {
    Measured(
      answers.map { Score(metric: $0.metric, value: $0.value, count: $0.count) }, answers: answers)
  }
}
