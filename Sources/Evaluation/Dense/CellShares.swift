import Tensors
import Vision

/// What the cells of a grid over frames show: each class's share of a cell's pixels.
///
/// Void pixels are no part of it, so that shares of a cell add up to the part of it whose class is known.
struct CellShares {
  let rows, columns, classCount: Int
  /// Frames × rows × columns × classes.
  let values: [Float]

  /// Lays `rows` × `columns` cells of equal size over every frame of `set`; a pixel belongs to the cell that its centre lies
  /// in.
  init(of set: SegmentationSet, rows: Int, columns: Int) {
    let classes = set.classNames.count
    let (height, width) = (set.images.height, set.images.width)
    (self.rows, self.columns, classCount) = (rows, columns, classes)
    func cells(_ length: Int, _ count: Int) -> [Int] {
      (0..<length).map { (2 * $0 + 1) * count / (2 * length) }
    }
    let (down, across) = (cells(height, rows), cells(width, columns))
    let pixelsPerCell = Float(height * width) / Float(rows * columns)
    let perFrame = rows * columns * classes
    var values = [Float](repeating: 0, count: set.count * perFrame)
    values.withUnsafeMutableBufferPointer { values in
      set.masks.withUnsafeBufferPointer { masks in
        nonisolated(unsafe) let values = values
        WorkerPool.forEachRange(of: set.count) { frames in
          for frame in frames {
            for y in 0..<height {
              for x in 0..<width {
                let label = masks[frame * height * width + y * width + x]
                if label == SegmentationSet.void { continue }
                values[frame * perFrame + (down[y] * columns + across[x]) * classes + Int(label)] += 1
              }
            }
            for place in frame * perFrame..<(frame + 1) * perFrame { values[place] /= pixelsPerCell }
          }
        }
      }
    }
    self.values = values
  }

  /// The shares as score maps of the frames at `range`.
  func maps(at range: Range<Int>) -> Tensor {
    let perFrame = rows * columns * classCount
    return Tensor(
      Array(values[range.lowerBound * perFrame..<range.upperBound * perFrame]),
      shape: [range.count, rows, columns, classCount])
  }

  /// The shares, scaled so that those of an average cell add up to one: what makes the mean over cells the mean over all
  /// pixels whose class is known.
  var weights: [Float] {
    let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count / classCount)
    return mean > 0 ? values.map { Float(Double($0) / mean) } : values
  }
}

extension SegmentationSet {
  /// The `count` classes with the most pixels, the earlier first among equals.
  func commonestClasses(_ count: Int) -> [Int] {
    var pixels = [Int](repeating: 0, count: 256)
    for label in masks { pixels[Int(label)] += 1 }
    return Array(classNames.indices.sorted { (pixels[$1], $0) < (pixels[$0], $1) }.prefix(count))
  }
}
