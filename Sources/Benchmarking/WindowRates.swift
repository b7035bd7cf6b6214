/// Images per second in windows of equal length, of which the median counts.
struct WindowRates {
  private let rates: [Double]

  /// Repeats a step of `images` for so many seconds, cut into `windows`; throws what the step throws.
  init(seconds: Double, windows: Int, images: Int, step: () throws -> Void) rethrows {
    var rates: [Double] = []
    for _ in 0..<windows {
      let start = ContinuousClock.now
      var (steps, elapsed) = (0, 0.0)
      repeat {
        try step()
        steps += 1
        elapsed = (ContinuousClock.now - start) / .seconds(1)
      } while elapsed < seconds / Double(windows)
      rates.append(Double(steps * images) / elapsed)
    }
    self.rates = rates.sorted()
  }

  var median: Double { rates[rates.count / 2] }
  var slowest: Double { rates[0] }
  var fastest: Double { rates[rates.count - 1] }
}
