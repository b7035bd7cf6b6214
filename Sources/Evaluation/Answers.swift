/// The answers that one score is made of, image by image in the order of the test split.
///
/// The score says how good an encoder is on all images together; its answers say on which, so that the part of a difference
/// that is due to the choice of test images can be told from the part that is due to the seed.
public struct Answers: Sendable, Equatable {
  /// What is known of every image.
  public enum Content: Sendable, Equatable {
    /// Whether it was answered rightly; the score is the share of such images.
    case right([Bool])
    /// How many questions about it were answered rightly, and how many were asked; the score is the share of all.
    case shares([Share])
    /// How many of its pixels of each class were taken for which; the score is the mean intersection over union of all.
    case pixels([ConfusionMatrix])
  }

  /// Questions about one image.
  public struct Share: Sendable, Equatable {
    /// Those answered rightly, and all.
    public var right, asked: Int

    /// Creates a share.
    public init(right: Int, asked: Int) {
      self.right = right
      self.asked = asked
    }
  }

  /// The score's metric.
  public let metric: String
  /// What is known of every image.
  public let content: Content

  /// Creates answers.
  public init(metric: String, _ content: Content) {
    self.metric = metric
    self.content = content
  }

  /// The number of images.
  public var count: Int {
    switch content {
    case .right(let all): all.count
    case .shares(let all): all.count
    case .pixels(let all): all.count
    }
  }

  /// The score, in percent; 0 where nothing was asked.
  public var value: Double {
    switch content {
    case .right(let all):
      return percentage(all.count { $0 }, of: all.count)
    case .shares(let all):
      return percentage(all.reduce(0) { $0 + $1.right }, of: all.reduce(0) { $0 + $1.asked })
    case .pixels(let all):
      guard let first = all.first else { return 0 }
      return all.dropFirst().reduce(into: first) { $0.add($1) }.meanIntersectionOverUnion
    }
  }
}

extension Answers {
  /// Whether the label of each image is among the first `limit` of its classes, by the label's `ranks`.
  static func right(_ metric: String, _ ranks: [Int], within limit: Int = 1) -> Answers {
    Answers(metric: metric, .right(ranks.map { $0 < limit }))
  }

  /// `top1` and, with more than five classes, `top5`.
  static func tops(_ ranks: [Int], classCount: Int, prefix: String = "") -> [Answers] {
    [right(prefix + "top1", ranks)] + (classCount > 5 ? [right(prefix + "top5", ranks, within: 5)] : [])
  }

  /// The same answers under another name.
  public func renamed(_ metric: String) -> Answers { Answers(metric: metric, content) }
}
