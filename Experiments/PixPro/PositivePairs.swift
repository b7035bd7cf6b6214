import Tensors
import Vision

/// Which pixels of the maps of two views show the same place of their image (PixPro, arXiv:2011.10043, equation 1): the
/// centres of their bins lie less than T apart, in units of the larger of the two bins' diagonals.
struct PositivePairs {
  /// A: 1 for a pixel of the first view (row) and one of the second (column) that show the same place, else 0; constants,
  /// B × S² × S².
  let mask: Tensor
  /// How many pairs each image has.
  let counts: [Float]
  /// How many pairs each pixel of the first view is in: B × S².
  let countsOfPixels: Tensor

  /// Finds the pairs in maps of S × S pixels, from where each view lies in its image.
  ///
  /// Coordinates are parts of the image's width and height; the bins of a mirrored view run from right to left.
  init(_ first: [ViewBox], _ second: [ViewBox], side: Int, within threshold: Float) {
    precondition(
      first.count == second.count && side > 0,
      "pairs of \(first.count) and \(second.count) views with maps of \(side) × \(side) pixels")
    let pixels = side * side
    var mask = Tensor(uninitialized: [first.count, pixels, pixels])
    // As many comparisons as similarities, each of which costs hundreds of multiply-adds.
    mask.withMutableFloats { elements in
      nonisolated(unsafe) let elements = elements.baseAddress!
      WorkerPool.forEachRange(of: first.count, grain: max(1, 65_536 / (pixels * pixels))) { images in
        for image in images {
          PositivePairs.mark(
            first[image], second[image], side, threshold, elements + image * pixels * pixels)
        }
      }
    }
    self.init(marking: mask)
  }

  /// The pairs that `mask` marks.
  init(marking mask: Tensor) {
    self.mask = mask
    countsOfPixels = mask.rowSums()
    counts = countsOfPixels.rowSums().floats
  }

  /// Writes the S² × S² marks of one image. Squared distances are a sum over x and y, so that S² of each are enough.
  private static func mark(
    _ a: ViewBox, _ b: ViewBox, _ side: Int, _ threshold: Float, _ marks: UnsafeMutablePointer<Float>
  ) {
    let (x, y) = (Bins(a.x0, a.x1, side), Bins(a.y0, a.y1, side))
    let (otherX, otherY) = (Bins(b.x0, b.x1, side), Bins(b.y0, b.y1, side))
    let diagonal = max(
      x.width * x.width + y.width * y.width, otherX.width * otherX.width + otherY.width * otherY.width)
    let limit = threshold * threshold * diagonal
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * side * side) { distances in
      for own in 0..<side {
        for other in 0..<side {
          let (dx, dy) = (x.center(own) - otherX.center(other), y.center(own) - otherY.center(other))
          distances[own * side + other] = dx * dx
          distances[(side + own) * side + other] = dy * dy
        }
      }
      let (across, down) = (distances.baseAddress!, distances.baseAddress! + side * side)
      for row in 0..<side {
        for column in 0..<side {
          let target = marks + (row * side + column) * side * side
          for otherRow in 0..<side {
            let vertical = down[row * side + otherRow]
            for otherColumn in 0..<side {
              target[otherRow * side + otherColumn] =
                across[column * side + otherColumn] + vertical < limit ? 1 : 0
            }
          }
        }
      }
    }
  }

  /// The bins of a view along one axis.
  private struct Bins {
    let start, width: Float

    init(_ start: Float, _ end: Float, _ count: Int) {
      (self.start, width) = (start, (end - start) / Float(count))
    }

    func center(_ bin: Int) -> Float { start + (Float(bin) + 0.5) * width }
  }

  /// The part of the images of which no pixel of one view shows a place of the other.
  var pairlessPart: Float { Float(counts.count { $0 == 0 }) / Float(counts.count) }

  /// How many pixels of the second view show the place of one of the first, on average over all.
  var pairsPerPixel: Float { counts.reduce(0, +) / Float(countsOfPixels.count) }
}
