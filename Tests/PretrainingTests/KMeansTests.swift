import TestSupport
import Testing

@testable import Pretraining
@testable import Tensors

@Suite struct KMeansTests {
  /// Lloyd's iteration as it reads, in loops and doubles, until nothing changes.
  static func naive(_ points: [[Double]], from start: [[Double]]) -> (clusters: [Int], centers: [[Double]]) {
    var (centers, clusters) = (start, [Int]())
    while true {
      let found = points.map { point in
        centers.indices.min {
          (distance(point, centers[$0]), $0) < (distance(point, centers[$1]), $1)
        }!
      }
      if found == clusters { return (clusters, centers) }
      clusters = found
      for cluster in centers.indices {
        let members = points.indices.filter { clusters[$0] == cluster }.map { points[$0] }
        centers[cluster] = centers[cluster].indices.map { column in
          members.reduce(0) { $0 + $1[column] } / Double(members.count)
        }
      }
    }
  }

  static func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  static func rows(_ tensor: Tensor) -> [[Double]] {
    (0..<tensor.shape[0]).map { tensor.rows($0..<$0 + 1).floats.map(Double.init) }
  }

  /// Points around `count` corners of a cube that lie far from zero and from each other.
  static func groups(_ count: Int, of size: Int, dimension: Int = 6, seed: UInt64 = 0) -> Tensor {
    var random = Random(seed: seed, stream: "groups")
    return Tensor(
      (0..<count * size).flatMap { point in
        (0..<dimension).map { 100 + (((point % count) >> $0) & 1 == 1 ? 20 : 0) + random.normal() }
      }, shape: [count * size, dimension])
  }

  func run(_ points: Tensor, _ constants: KMeans, seed: UInt64 = 0) -> KMeans.Clustering {
    var random = Random(seed: seed, stream: "clusters")
    return constants(points, using: &random)
  }

  @Test func lloydsIterationIsTheNaiveOne() {
    withEvery("seed", in: 0..<4 as Range<UInt64>) { seed in
      let points = randomTensor([300, 7], seed: seed)
      let start = points.gathered(at: Array(0..<9))
      let found = KMeans(clusterCount: 9, tolerance: 0).lloyd(points, from: start)
      let expected = Self.naive(Self.rows(points), from: Self.rows(start))
      #expect(found.clusters == expected.clusters)
      expectClose(found.centers.floats, expected.centers.joined().map(Float.init), relative: 1e-5)
      let inertia = zip(Self.rows(points), expected.clusters).reduce(0) {
        $0 + Self.distance($1.0, expected.centers[$1.1])
      }
      #expect(abs(found.inertia - inertia) < 1e-5 * inertia)
    }
  }

  @Test func agreesWithScikitLearn() throws {
    let fixture = try Fixture("clustering")
    let found = KMeans(clusterCount: 6).lloyd(
      fixture.tensor("kmeans.points"), from: fixture.tensor("kmeans.start"))
    #expect(found.clusters == fixture.integers("kmeans.labels"))
    expectClose(found.centers.floats, fixture.tensor("kmeans.centers").floats, relative: 1e-5)
    let inertia = fixture.scalar("kmeans.inertia")
    #expect(abs(found.inertia - inertia) < 1e-5 * inertia, "\(found.inertia), not \(inertia)")
  }

  @Test func findsGroupsThatLieApart() {
    let points = Self.groups(16, of: 50)
    withEvery("seed", in: 0..<3 as Range<UInt64>) { seed in
      let found = run(points, KMeans(clusterCount: 16), seed: seed)
      let names = (0..<16).map { found.clusters[$0] }
      #expect(Set(names).count == 16)
      #expect(found.clusters.indices.allSatisfy { found.clusters[$0] == names[$0 % 16] })
    }
  }

  @Test func moreStartsAreNeverWorseAndOneSeedIsOneAnswer() {
    let points = randomTensor([400, 5])
    let one = run(points, KMeans(clusterCount: 20, restarts: 1))
    let many = run(points, KMeans(clusterCount: 20, restarts: 6))
    #expect(many.inertia <= one.inertia)
    #expect(run(points, KMeans(clusterCount: 20, restarts: 6)).clusters == many.clusters)
    #expect(run(points, KMeans(clusterCount: 20, restarts: 1), seed: 1).clusters != one.clusters)
  }

  @Test func noClusterStaysEmpty() {
    // Every centre but one starts where no point is nearest.
    let points = randomTensor([200, 3])
    let start = Tensor((0..<8).flatMap { [$0 == 0 ? 0 : 1_000 + Float($0), 0, 0] }, shape: [8, 3])
    let found = KMeans(clusterCount: 8).lloyd(points, from: start)
    #expect(Set(found.clusters) == Set(0..<8))
    #expect(found.centers.floats.allSatisfy { abs($0) < 10 })
    // Fewer different points than clusters.
    let few = Tensor((0..<12).flatMap { [Float($0 % 3), 5] }, shape: [12, 2])
    let spread = run(few, KMeans(clusterCount: 5, restarts: 2, maximumIterations: 10))
    #expect(Set(spread.clusters) == Set(0..<5) && spread.inertia < 1e-9)
    // As many clusters as points.
    let single = run(randomTensor([7, 4]), KMeans(clusterCount: 7, restarts: 1))
    #expect(Set(single.clusters).count == 7 && single.inertia < 1e-9)
  }

  @Test func theNumberOfThreadsChangesNothing() {
    let points = randomTensor([3_000, 8])
    let expected = run(points, KMeans(clusterCount: 12, restarts: 2)).clusters
    // Inside a body of the pool, further work runs on the calling thread alone.
    WorkerPool.run { worker, _ in
      if worker == 0 { #expect(run(points, KMeans(clusterCount: 12, restarts: 2)).clusters == expected) }
    }
  }

  @Test func distancesKeepTheirDigitsFarFromZero() {
    let points = Self.groups(4, of: 100)
    let far = points + Tensor(repeating: 5_000, shape: points.shape)
    let (near, moved) = (run(points, KMeans(clusterCount: 4)), run(far, KMeans(clusterCount: 4)))
    #expect(abs(near.inertia - moved.inertia) < 1e-3 * near.inertia)
  }
}
