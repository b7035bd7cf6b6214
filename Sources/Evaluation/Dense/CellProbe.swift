import NeuralNetworks
import Tensors
import Vision

/// What a linear classifier of the cells of a frozen encoder's last feature map knows about pixels: `dense-linear`,
/// version 2.
///
/// Multinomial logistic regression of standardized features, solved to its optimum. A cell has no one class but the share
/// that each class has of its labelled pixels, and the loss is the mean over labelled pixels of −log of the probability
/// that their cell gives to their class; the problem is convex, so there is one answer and no seed. Scores of test cells
/// are resized bilinearly to the masks' resolution, and the largest is the prediction.
///
/// Frames are enlarged to 384 pixels of height before the encoder sees them: at a stride of 16 a frame of 240 × 180 pixels
/// has but 12 × 15 cells, each larger than a pedestrian, and even cells whose true shares are known reach 65 % there; on
/// 24 × 32 cells they reach 76 %. Twice the size is within what encoders saw that learned from random crops.
///
/// Reported are, in percent of the test frames' pixels, `miou` over all classes, `miou-frequent` over the seven with the
/// most pixels in the training masks (where there are more), `pixel-accuracy` and `iou-NAME`; `ceiling-miou` and
/// `ceiling-miou-frequent`, which the true shares of test cells in place of scores reach; and the optimizer's `iterations`.
public struct CellProbe: Evaluation {
  /// λ of the penalty (λ/2) ‖W‖² beside the mean cross-entropy.
  public static let penalty = 1e-4
  /// How many classes are called frequent.
  public static let frequentClasses = 7

  /// Which pixels are asked about.
  public let task: DenseProbe.Task
  /// The height of frames as the encoder sees them.
  public let height: Int
  /// How many of the first frames are learned from; `nil` for all.
  public let limit: Int?

  /// `dense-linear-camvid-v2`: another penalty or size would be another version.
  public var name: String { "dense-linear-\(task.name)-v2" }

  public var growsWithTraining: Bool { false }

  /// Creates the evaluation; traps unless sizes are positive.
  public init(on task: DenseProbe.Task, height: Int = 384, limit: Int? = nil) {
    precondition(height > 0 && limit ?? 1 > 0, "cells of \(limit ?? 0) frames \(height) pixels high")
    self.task = task
    self.height = height
    self.limit = limit
  }

  public func isPossible(on images: ImageCollection) -> Bool { task.isPossible(on: images) }

  /// Fits the classifier and measures it; the encoder stays in inference mode.
  ///
  /// - Throws: `EvaluationError`: no masks, maps that are not finite, a probe that did not converge.
  public func measure(_ candidate: Candidate) throws -> Measured {
    let sets = try task.sets(of: candidate)
    let training = sets.training.first(limit ?? .max)
    let probe = try FittedCells(of: candidate, training, height: height)
    let shown = DenseProbe.shown(of: sets.test.count)
    let outcome = try probe.outcome(on: sets.test, showing: shown)
    let frequent = training.commonestClasses(CellProbe.frequentClasses)
    var scores = outcome.matrix.scores(
      classNames: sets.test.classNames, frequent: frequent, count: sets.test.count)
    scores += probe.ceiling(on: sets.test).scores(
      classNames: sets.test.classNames, frequent: frequent, count: sets.test.count
    ).filter { $0.metric.hasPrefix("miou") }.map {
      Score(metric: "ceiling-\($0.metric)", value: $0.value, count: $0.count)
    }
    scores.append(Score(metric: "iterations", value: Double(probe.iterations), count: training.count))
    return Measured(
      scores,
      pictures: [
        PictureSheet.segmentations(of: sets.test, at: shown, predictions: outcome.predictions).picture(name)
      ],
      answers: [Answers(metric: "miou", .pixels(outcome.frames))])
  }
}

/// A classifier of cells at its optimum.
struct FittedCells {
  /// Cells along each axis of a frame.
  let rows, columns: Int
  /// The optimizer's steps.
  let iterations: Int
  private let candidate: Candidate
  private let size: FrameSize
  private let standardization: ColumnStandardization
  private let parameters: [Double]
  private let classCount: Int

  /// Fits it to `training`, whose frames the encoder of `candidate` sees with `height` pixels.
  init(of candidate: Candidate, _ training: SegmentationSet, height: Int) throws {
    let size = FrameSize(height: height, inProportionTo: training.images)
    let (features, map) = try FittedCells.features(of: candidate, training.images, size)
    let shares = CellShares(of: training, rows: map.height, columns: map.width)
    let classes = training.classNames.count
    let standardization = ColumnStandardization(of: features)
    let fit = try LinearProbe.fit(
      LogisticRegression(
        features: standardization.applied(to: features), truth: .shares(shares.weights), classCount: classes,
        penalty: CellProbe.penalty))
    (self.candidate, self.size, self.standardization) = (candidate, size, standardization)
    (rows, columns, classCount) = (map.height, map.width, classes)
    (parameters, iterations) = (fit.point, fit.iterations)
  }

  /// The features of all cells, frame by frame and row by row, and the shape of a piece's maps.
  private static func features(
    of candidate: Candidate, _ frames: ImageSet, _ size: FrameSize
  ) throws -> (Tensor, map: Shape) {
    let encoder = FrozenEncoder(candidate, frames, resizedTo: size, split: "training")
    var (features, shape): (Tensor?, Shape?) = (nil, nil)
    for range in encoder.ranges {
      let maps = try encoder.maps(at: range).converted(to: .float32)
      if features == nil {
        shape = maps.shape
        let cells = frames.count * maps.shape.height * maps.shape.width
        features = Tensor(uninitialized: [cells, maps.shape.channels])
      }
      features?.withMutableFloats { target in
        maps.withFloats { _ = target[(range.lowerBound * maps.shape.stride)...].update(fromContentsOf: $0) }
      }
    }
    guard let features, let shape else { throw EvaluationError.noImages(split: "training") }
    return (features, shape)
  }

  /// What it makes of the frames of `test`.
  func outcome(on test: SegmentationSet, showing shown: [Int]) throws -> DenseOutcome {
    let encoder = FrozenEncoder(candidate, test.images, resizedTo: size, split: "test")
    var outcome = DenseOutcome()
    for range in encoder.ranges {
      let maps = try encoder.maps(at: range).converted(to: .float32)
      let cells = maps.reshaped(to: [maps.shape.rows, maps.shape.channels])
      let scores = LogisticRegression.logits(
        standardization.applied(to: cells), parameters: parameters, classCount: classCount)
      outcome.add(
        Tensor(scores.map { Float($0) }, shape: [range.count, rows, columns, classCount]), at: range,
        of: test,
        showing: shown)
    }
    return outcome
  }

  /// The pixels of `test` by scores that are the true shares of its cells.
  func ceiling(on test: SegmentationSet) -> ConfusionMatrix {
    let shares = CellShares(of: test, rows: rows, columns: columns)
    var outcome = DenseOutcome()
    for frame in 0..<test.count {
      outcome.add(shares.maps(at: frame..<frame + 1), at: frame..<frame + 1, of: test, showing: [])
    }
    return outcome.matrix
  }
}

extension ConfusionMatrix {
  /// The scores of version 1, with `miou-frequent` over the classes at `frequent` where there are others.
  func scores(classNames: [String], frequent: [Int], count: Int) -> [Score] {
    var scores = scores(classNames: classNames, count: count)
    if frequent.count < classCount {
      let value = meanIntersectionOverUnion(of: frequent)
      scores.insert(Score(metric: "miou-frequent", value: value, count: count), at: 1)
    }
    return scores
  }
}
