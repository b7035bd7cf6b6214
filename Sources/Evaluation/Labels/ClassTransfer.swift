import Tensors
import Vision

/// What features are worth for other classes than those they may have been learned on: the linear probe among the classes
/// of one half alone, on frozen features.
///
/// Of interest for a network that saw images of the first half only; one that saw all of them is what to compare it with.
/// Reported are, in percent of that half's test images, `top1` (with more than five classes `top5`) of the second half
/// and the same of the first half, as `first-half-top1`. The answers are those about the half's images, in their order.
public struct ClassTransfer: Evaluation {
  /// `class-transfer-v1`: other halves or another probe would be another version.
  public let name = "class-transfer-v1"

  /// Creates the evaluation; it has no choices.
  public init() {}

  /// Whether images of both halves are there to learn from and to measure on.
  public func isPossible(on images: ImageCollection) -> Bool {
    let classCount = images.training.classNames.count
    return [images.training.labels, images.test.labels].allSatisfy { labels in
      ClassHalf.allCases.allSatisfy { half in
        let classes = half.classes(of: classCount)
        return classes.count > 1 && labels.contains { classes.contains($0) }
      }
    }
  }

  /// Fits one probe per half.
  ///
  /// - Throws: `EvaluationError.noImages` for a half that nothing shows, and what `LinearProbe` and `Candidate.features`
  ///   throw.
  public func measure(_ candidate: Candidate) throws -> Measured {
    try .shares(
      of: answers(of: candidate, .second, prefix: "") + answers(of: candidate, .first, prefix: "first-half-"))
  }

  private func answers(of candidate: Candidate, _ half: ClassHalf, prefix: String) throws -> [Answers] {
    let classes = half.classes(of: candidate.classCount)
    func features(_ split: Candidate.Split) throws -> Features {
      let chosen = try candidate.features(split).rows(of: classes)
      guard chosen.count > 0 else {
        throw EvaluationError.noImages(split: "\(split.rawValue) (\(half.rawValue) half of the classes)")
      }
      return chosen
    }
    let measured = try LinearProbe().measured(
      training: features(.training), test: features(.test), classCount: classes.count)
    return measured.answers.map { $0.renamed(prefix + $0.metric) }
  }
}

extension Features {
  /// The images of some classes, which are counted from zero.
  fileprivate func rows(of classes: Range<Int>) -> Features {
    let chosen = rows(labels.indices.filter { classes.contains(labels[$0]) })
    return Features(values: chosen.values, labels: chosen.labels.map { $0 - classes.lowerBound })
  }
}
