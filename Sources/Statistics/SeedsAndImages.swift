/// How far a mean difference would stray with other seeds *and* other test images.
///
/// The interval over seeds holds for “these 10,000 images”. With answers per image, the variance of the mean over n
/// seeds and m images, both drawn afresh, is s² / n + V / m − W / (n m): V is the variance over images of each image's
/// mean difference over seeds, W the mean over images of the variance over seeds within an image, which the first two
/// terms both count.
public struct SeedsAndImages: Sendable, Hashable {
  /// The seeds and the images.
  public let seeds, images: Int
  /// The mean difference.
  public let mean: Double
  /// The variance of the mean over seeds alone, and over both; the second is never below the first.
  public let seedVariance, variance: Double

  /// Describes `differences`, one row per seed with one number per image, in points: 100 where the treatment alone is
  /// right, −100 where the baseline alone is. `nil` below two seeds or two images; traps unless all rows are as long.
  /// Throws `NotFinite`.
  public init?(_ differences: [[Double]]) throws(NotFinite) {
    guard let first = differences.first, differences.count > 1, first.count > 1 else { return nil }
    precondition(
      differences.allSatisfy { $0.count == first.count }, "seeds were measured on different images")
    let (n, m) = (Double(differences.count), Double(first.count))
    var means: [Double] = []
    for row in differences {
      guard let spread = try Spread(row) else { return nil }
      means.append(spread.mean)
    }
    guard let overSeeds = try Spread(means), let deviation = overSeeds.deviation else { return nil }
    var imageMeans = [Double](repeating: 0, count: first.count)
    var within = 0.0
    for image in first.indices {
      let mean = differences.reduce(0) { $0 + $1[image] } / n
      let squares = differences.reduce(0) { $0 + ($1[image] - mean) * ($1[image] - mean) }
      imageMeans[image] = mean
      within += squares / (n - 1) / m
    }
    guard let overImages = try Spread(imageMeans)?.deviation else { return nil }
    (seeds, images, mean) = (differences.count, first.count, overSeeds.mean)
    seedVariance = deviation * deviation / n
    variance = max(seedVariance, seedVariance + overImages * overImages / m - within / (n * m))
  }

  /// The interval over seeds and images with a look's constant in place of a quantile: the constant is that of n − 1
  /// degrees of freedom, fewer than this variance has, so that the interval is rather too wide.
  public func interval(constant: Double) -> ClosedRange<Double> {
    let half = constant * variance.squareRoot()
    return mean - half...mean + half
  }
}
