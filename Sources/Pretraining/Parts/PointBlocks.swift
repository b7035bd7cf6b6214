import Tensors

/// Points as k-means visits them: freed of their mean, so that squared distances lose little to rounding, and cut into
/// blocks whose products with the centres stay in cache.
struct PointBlocks {
  /// Where each point belongs, and how far away that is.
  struct Nearest {
    var clusters: [Int] = []
    var squaredDistances: [Float] = []
  }

  private static let blockSize = 2_048

  let count, dimension: Int
  private let points: Tensor
  private let blocks: [Tensor]
  private let squares: [Float]
  private let mean: [Float]
  /// The mean over coordinates of their variance.
  let meanVariance: Double

  init(_ points: Tensor) {
    (count, dimension) = (points.shape[0], points.shape[1])
    let (mean, variance) = Self.moments(of: points)
    self.mean = mean
    meanVariance = variance
    let centred = Self.shifted(points, by: mean.map { -$0 })
    self.points = centred
    blocks = stride(from: 0, to: count, by: Self.blockSize).map { [count] start in
      centred.rows(start..<min(start + Self.blockSize, count))
    }
    squares = centred.rowProducts(with: centred).floats
  }

  private static func moments(of points: Tensor) -> (mean: [Float], meanVariance: Double) {
    let (count, dimension) = (points.shape[0], points.shape[1])
    return points.withFloats { values in
      var sums = [Double](repeating: 0, count: dimension)
      for row in 0..<count {
        for column in 0..<dimension { sums[column] += Double(values[row * dimension + column]) }
      }
      let mean = sums.map { $0 / Double(count) }
      var squares = 0.0
      for row in 0..<count {
        for column in 0..<dimension {
          let difference = Double(values[row * dimension + column]) - mean[column]
          squares += difference * difference
        }
      }
      return (mean.map(Float.init), squares / Double(count * dimension))
    }
  }

  private static func shifted(_ rows: Tensor, by offset: [Float]) -> Tensor {
    rows.adding(columns: Tensor(offset, shape: [offset.count]))
  }

  /// `centers` in the coordinates of the blocks, and back.
  func centred(_ centers: Tensor) -> Tensor { Self.shifted(centers, by: mean.map { -$0 }) }
  func uncentred(_ centers: Tensor) -> Tensor { Self.shifted(centers, by: mean) }

  /// The points at `indices`.
  func rows(_ indices: [Int]) -> Tensor { points.gathered(at: indices) }

  /// Each point's nearest of `centers`, the first of several: the one with the largest x·c − ½‖c‖².
  func nearest(to centers: Tensor) -> Nearest {
    let halves = -0.5 * centers.rowProducts(with: centers)
    var found = Nearest()
    found.clusters.reserveCapacity(count)
    found.squaredDistances.reserveCapacity(count)
    for block in blocks {
      let scores = block.similarities(to: centers).adding(columns: halves)
      found.clusters += scores.rowArgmax()
      for best in scores.rowMaxima().floats {
        found.squaredDistances.append(max(0, squares[found.squaredDistances.count] - 2 * best))
      }
    }
    return found
  }

  /// The squared distance of every point to each of the points at `indices`: point after point.
  func squaredDistances(to indices: [Int]) -> [Float] {
    let centers = rows(indices)
    let halves = -0.5 * centers.rowProducts(with: centers)
    var distances: [Float] = []
    distances.reserveCapacity(count * indices.count)
    for block in blocks {
      block.similarities(to: centers).adding(columns: halves).withFloats { scores in
        for score in scores {
          distances.append(max(0, squares[distances.count / indices.count] - 2 * score))
        }
      }
    }
    return distances
  }

  /// `number` points, each drawn with a probability proportional to its weight; any where all weights are zero.
  func drawn(_ number: Int, proportionalTo weights: [Float], using random: inout Random) -> [Int] {
    var sums: [Double] = []
    sums.reserveCapacity(count)
    var total = 0.0
    for weight in weights {
      total += Double(weight)
      sums.append(total)
    }
    return (0..<number).map { _ in
      guard total > 0 else { return random.integer(below: count) }
      let threshold = Double(random.uniform()) * total
      var (low, high) = (0, count - 1)
      while low < high {
        let middle = (low + high) / 2
        if sums[middle] > threshold { high = middle } else { low = middle + 1 }
      }
      return low
    }
  }

  /// The mean of the points of each cluster: K × D; traps for an empty one.
  func means(of clusters: [Int], count clusterCount: Int) -> Tensor {
    var sums = [Double](repeating: 0, count: clusterCount * dimension)
    var sizes = [Int](repeating: 0, count: clusterCount)
    points.withFloats { values in
      sums.withUnsafeMutableBufferPointer { sums in
        for (point, cluster) in clusters.enumerated() {
          sizes[cluster] += 1
          let (from, to) = (point * dimension, cluster * dimension)
          for column in 0..<dimension { sums[to + column] += Double(values[from + column]) }
        }
      }
    }
    precondition(sizes.allSatisfy { $0 > 0 }, "a cluster without points has no mean")
    return Tensor(
      sums.indices.map { Float(sums[$0] / Double(sizes[$0 / dimension])) }, shape: [clusterCount, dimension])
  }

  /// The sum of squared distances to the points' own centres, from differences rather than products.
  func inertia(_ clusters: [Int], _ centers: Tensor) -> Double {
    points.withFloats { values in
      centers.withFloats { centers in
        var sum = 0.0
        for (point, cluster) in clusters.enumerated() {
          for column in 0..<dimension {
            let difference =
              Double(values[point * dimension + column]) - Double(centers[cluster * dimension + column])
            sum += difference * difference
          }
        }
        return sum
      }
    }
  }
}
