/// The answers that one score is made of, image by image: a row of `answers.csv`, which is
/// `run,experiment,version,scale,data,arm,seed,evaluation,metric,kind,images,classes,answers`.
public struct AnswerRow: Sendable, Hashable {
  /// What is kept of every image.
  public enum Kind: String, Sendable, CaseIterable {
    /// One number: 1 for an image that was answered rightly, 0 for another.
    case right
    /// Two numbers: questions about the image answered rightly, and all that were asked.
    case shares
    /// As many numbers as there are pairs of classes: pixels by true class, then by predicted one.
    case pixels
  }

  /// Whose answers they are.
  public let key: RunKey
  /// The evaluation, with its version, and what it measured.
  public let evaluation, metric: String
  /// What is kept of every image.
  public let kind: Kind
  /// The classes of pixels; 1 for answers of another kind.
  public let classes: Int
  /// The numbers of all images, in the order of the test split.
  public let counts: [Int]

  /// Creates a row; traps for numbers that are negative, or not as many for every image.
  public init(
    key: RunKey, evaluation: String, metric: String, kind: Kind, classes: Int, counts: [Int]
  ) {
    precondition(
      classes > 0 && counts.count.isMultiple(of: kind.width(classes: classes))
        && counts.allSatisfy { $0 >= 0 && (kind != .right || $0 <= 1) },
      "\(counts.count) numbers as answers of kind \(kind) of \(classes) classes")
    self.key = key
    self.evaluation = evaluation
    self.metric = metric
    self.kind = kind
    self.classes = classes
    self.counts = counts
  }

  /// The numbers of one image.
  public var width: Int { kind.width(classes: classes) }
  /// The number of images.
  public var images: Int { counts.count / width }
}

extension AnswerRow.Kind {
  fileprivate func width(classes: Int) -> Int {
    switch self {
    case .right: 1
    case .shares: 2
    case .pixels: classes * classes
    }
  }
}

// MARK: The score

extension AnswerRow {
  /// The score, in percent, that follows from the answers.
  public var value: Double { value(of: total) }

  /// Each of an image's numbers, added up over all images.
  package var total: [Int] {
    var total = [Int](repeating: 0, count: width)
    for (place, count) in counts.enumerated() { total[place % width] += count }
    return total
  }

  /// The score of images whose numbers add up to `total`; 0 where nothing was asked.
  package func value(of total: [Int], images: Int? = nil) -> Double {
    switch kind {
    case .right: AnswerRow.percentage(total[0], of: images ?? self.images)
    case .shares: AnswerRow.percentage(total[0], of: total[1])
    case .pixels: meanIntersectionOverUnion(of: total)
    }
  }

  private static func percentage(_ part: Int, of whole: Int) -> Double {
    whole == 0 ? 0 : 100 * Double(part) / Double(whole)
  }

  /// The mean over the classes that occur.
  private func meanIntersectionOverUnion(of total: [Int]) -> Double {
    let each = (0..<classes).compactMap { label -> Double? in
      let both = total[label * classes + label]
      let either = (0..<classes).reduce(-both) {
        $0 + total[label * classes + $1] + total[$1 * classes + label]
      }
      return either == 0 ? nil : AnswerRow.percentage(both, of: either)
    }
    return each.isEmpty ? 0 : each.reduce(0, +) / Double(each.count)
  }
}
