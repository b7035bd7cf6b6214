import Glibc
import Tensors

/// k-means: groups points so that the squared distances to their groups' means add up to little.
///
/// Starts by k-means++ with several trials per centre (Arthur, Vassilvitskii, “k-means++: The Advantages of Careful
/// Seeding”, SODA 2007, sections 2 and 7) and goes on by Lloyd's iteration, several times; the best run counts. Distances
/// are blocks of matrix products. A function of points and generator alone.
public struct KMeans: Codable, Sendable, Equatable {
  /// K.
  public var clusterCount: Int
  /// How many starts are tried.
  public var restarts: Int
  /// How many of Lloyd's iterations a start is given at most.
  public var maximumIterations: Int
  /// A start has converged when the squared movements of all centres add up to less than this part of a coordinate's
  /// mean variance.
  public var tolerance: Double

  /// Creates the constants; scikit-learn's but for the number of clusters.
  public init(
    clusterCount: Int, restarts: Int = 10, maximumIterations: Int = 300, tolerance: Double = 1e-4
  ) {
    self.clusterCount = clusterCount
    self.restarts = restarts
    self.maximumIterations = maximumIterations
    self.tolerance = tolerance
  }

  /// Points in groups, none of which is empty.
  public struct Clustering: Sendable {
    /// Each point's cluster: N numbers in 0..<K.
    public let clusters: [Int]
    /// The clusters' centres: K × D.
    public let centers: Tensor
    /// The sum of the points' squared distances to the centres of their clusters.
    public let inertia: Double
    /// How many of Lloyd's iterations the start took.
    public let iterations: Int
  }

  /// The best clustering of the rows of `points` (N × D, float32, finite) over all starts; traps unless K is at least 1
  /// and at most N.
  public func callAsFunction(_ points: Tensor, using random: inout Random) -> Clustering {
    precondition(
      clusterCount > 0 && clusterCount <= points.shape[0] && restarts > 0 && maximumIterations > 0,
      "\(clusterCount) clusters of \(points.shape[0]) points by \(restarts) starts of \(maximumIterations) iterations"
    )
    let blocks = PointBlocks(points)
    let key = random.next()
    var best: Clustering?
    for start in 0..<restarts {
      var own = Random(seed: key, stream: "k-means", index: start)
      let found = lloyd(blocks, from: seeds(blocks, using: &own))
      if best.map({ found.inertia < $0.inertia }) ?? true { best = found }
    }
    return best!
  }

  /// Lloyd's iteration from `centers` (K × D) on; empty clusters are given the points farthest from their centres.
  func lloyd(_ points: Tensor, from centers: Tensor) -> Clustering {
    let blocks = PointBlocks(points)
    return lloyd(blocks, from: blocks.centred(centers))
  }

  // MARK: Lloyd's iteration

  private func lloyd(_ points: PointBlocks, from start: Tensor) -> Clustering {
    let bound = tolerance * points.meanVariance
    var centers = start
    var (clusters, iterations, hasSettled) = ([Int](), 0, false)
    while iterations < maximumIterations && !hasSettled {
      iterations += 1
      let found = filled(points.nearest(to: centers), count: centers.shape[0])
      let moved = points.means(of: found, count: centers.shape[0])
      let movement = moved.squaredDistance(to: centers)
      hasSettled = found == clusters
      (clusters, centers) = (found, moved)
      if movement <= bound { break }
    }
    // Where the centres still moved, the points are told apart by where they went.
    if !hasSettled { clusters = filled(points.nearest(to: centers), count: centers.shape[0]) }
    return Clustering(
      clusters: clusters, centers: points.uncentred(centers), inertia: points.inertia(clusters, centers),
      iterations: iterations)
  }

  /// `found` with every empty cluster given the farthest point of a cluster that has others.
  private func filled(_ found: PointBlocks.Nearest, count: Int) -> [Int] {
    var (clusters, sizes) = (found.clusters, [Int](repeating: 0, count: count))
    for cluster in clusters { sizes[cluster] += 1 }
    let empty = sizes.indices.filter { sizes[$0] == 0 }
    if empty.isEmpty { return clusters }
    let farthest = clusters.indices.sorted {
      (found.squaredDistances[$1], $0) < (found.squaredDistances[$0], $1)
    }
    var candidates = farthest.makeIterator()
    for cluster in empty {
      while let point = candidates.next() {
        guard sizes[clusters[point]] > 1 else { continue }
        sizes[clusters[point]] -= 1
        sizes[cluster] += 1
        clusters[point] = cluster
        break
      }
    }
    return clusters
  }

  // MARK: Starts

  /// K of the points: each the best of a few drawn with probabilities proportional to the squared distance to those
  /// chosen before.
  private func seeds(_ points: PointBlocks, using random: inout Random) -> Tensor {
    let trials = 2 + Int(log(Double(clusterCount)))
    var chosen = [random.integer(below: points.count)]
    var closest = points.squaredDistances(to: chosen)
    while chosen.count < clusterCount {
      let candidates = points.drawn(trials, proportionalTo: closest, using: &random)
      let distances = points.squaredDistances(to: candidates)
      var (best, smallest) = (0, Double.infinity)
      for trial in 0..<trials {
        var potential = 0.0
        for point in 0..<points.count {
          potential += Double(min(closest[point], distances[point * trials + trial]))
        }
        if potential < smallest { (best, smallest) = (trial, potential) }
      }
      chosen.append(candidates[best])
      for point in 0..<points.count {
        closest[point] = min(closest[point], distances[point * trials + best])
      }
    }
    return points.rows(chosen)
  }
}

extension Tensor {
  /// Σ (a − b)² in double precision.
  fileprivate func squaredDistance(to other: Tensor) -> Double {
    withFloats { a in
      other.withFloats { b in
        var sum = 0.0
        for index in a.indices {
          let difference = Double(a[index]) - Double(b[index])
          sum += difference * difference
        }
        return sum
      }
    }
  }
}
