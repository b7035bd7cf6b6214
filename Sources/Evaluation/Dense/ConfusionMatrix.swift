import Vision

/// How many pixels of each class were taken for which.
public struct ConfusionMatrix: Sendable, Equatable {
  /// The number of classes.
  public let classCount: Int
  /// Pixels by true class, then by predicted one.
  public private(set) var counts: [Int]

  /// Creates an empty matrix.
  public init(classCount: Int) {
    self.classCount = classCount
    counts = [Int](repeating: 0, count: classCount * classCount)
  }

  /// Counts pixels; those whose truth is void are passed over. Traps unless there is a prediction for each.
  public mutating func add(truth: [UInt8], predictions: [UInt8]) {
    precondition(
      truth.count == predictions.count, "\(predictions.count) predictions about \(truth.count) pixels")
    let classCount = classCount
    counts.withUnsafeMutableBufferPointer { counts in
      for place in truth.indices where truth[place] != SegmentationSet.void {
        counts[Int(truth[place]) * classCount + Int(predictions[place])] += 1
      }
    }
  }

  /// Adds the pixels of `other`; traps for another number of classes.
  public mutating func add(_ other: ConfusionMatrix) {
    precondition(
      classCount == other.classCount, "pixels of \(classCount) and of \(other.classCount) classes added up")
    for place in counts.indices { counts[place] += other.counts[place] }
  }

  /// The share of pixels whose class was found, in percent; 0 where there are none.
  public var pixelAccuracy: Double {
    let all = counts.reduce(0, +)
    let right = (0..<classCount).reduce(0) { $0 + counts[$1 * classCount + $1] }
    return all == 0 ? 0 : 100 * Double(right) / Double(all)
  }

  /// Of a class, the pixels that are it and were taken for it as a share of those that are it or were taken for it, in
  /// percent; `nil` where no pixel is or was.
  public func intersectionOverUnion(of label: Int) -> Double? {
    let actual = counts[label * classCount..<(label + 1) * classCount].reduce(0, +)
    let predicted = (0..<classCount).reduce(0) { $0 + counts[$1 * classCount + label] }
    let both = counts[label * classCount + label]
    let either = actual + predicted - both
    return either == 0 ? nil : 100 * Double(both) / Double(either)
  }

  /// The mean of that over the classes that occur, in percent; 0 where none does.
  public var meanIntersectionOverUnion: Double { meanIntersectionOverUnion(of: Array(0..<classCount)) }

  /// The same over those of `classes` that occur.
  func meanIntersectionOverUnion(of classes: [Int]) -> Double {
    let each = classes.compactMap(intersectionOverUnion)
    return each.isEmpty ? 0 : each.reduce(0, +) / Double(each.count)
  }

  /// `miou`, `pixel-accuracy` and `iou-NAME` of every class that occurs, about `count` images.
  func scores(classNames: [String], count: Int) -> [Score] {
    [
      Score(metric: "miou", value: meanIntersectionOverUnion, count: count),
      Score(metric: "pixel-accuracy", value: pixelAccuracy, count: count),
    ]
      + classNames.enumerated().compactMap { label, name in
        intersectionOverUnion(of: label).map {
          Score(metric: "iou-\(name.replacing(" ", with: "-"))", value: $0, count: count)
        }
      }
  }
}
