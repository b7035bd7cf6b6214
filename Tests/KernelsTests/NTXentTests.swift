import CKernels
import Foundation
import Testing

/// NT-Xent's kernels in double from the definition, differentiated by central differences.
@Suite struct NTXentTests {
  private func partner(_ anchor: Int, _ count: Int) -> Int { (anchor + count / 2) % count }

  private func logarithm(_ s: [Double], _ anchor: Int, _ count: Int, _ factor: Double) -> Double {
    let terms = (0..<count).filter { $0 != anchor }.map { factor * s[anchor * count + $0] }
    let top = terms.max()!
    return top + log(terms.reduce(0) { $0 + exp($1 - top) })
  }

  private func losses(_ s: [Double], _ count: Int, _ factor: Double) -> [Double] {
    (0..<count).map {
      logarithm(s, $0, count, factor) - factor * s[$0 * count + partner($0, count)]
    }
  }

  /// A symmetric matrix with something huge on its diagonal, which nothing may look at.
  private func similarities(_ count: Int) -> [Float] {
    var noise = Noise(count)
    var s = noise.floats(count * count)
    for i in 0..<count {
      for k in 0..<i { s[i * count + k] = s[k * count + i] }
      s[i * count + i] = 1e30
    }
    return s
  }

  @Test(arguments: [2, 4, 16, 34, 70], [2.0, 10.0]) func lossesAndGradient(count: Int, factor: Double) {
    let s = similarities(count)
    let doubles = s.map(Double.init)
    let expected = losses(doubles, count, factor)
    let logs = (0..<count).map { logarithm(doubles, $0, count, factor) }
    var gradient = [Double](repeating: 0, count: count * count)
    for i in 0..<count {
      for k in 0..<i {
        func total(_ amount: Double) -> Double {
          var moved = doubles
          moved[i * count + k] += amount
          moved[k * count + i] += amount
          return losses(moved, count, factor).reduce(0, +)
        }
        let slope = 0.25 * (total(1e-5) - total(-1e-5)) / 2e-5
        (gradient[i * count + k], gradient[k * count + i]) = (slope, slope)
      }
    }
    withEveryInstructionSet { _ in
      var found = (logs: [Float](repeating: 0, count: count), losses: [Float](repeating: 0, count: count))
      // In two parts, as two workers do it.
      let half = count / 2
      for part in [0..<half, half..<count] {
        var (partLogs, partLosses) = ([Float](repeating: 0, count: half), [Float](repeating: 0, count: half))
        rk_nt_xent_rows(
          Array(s[part.lowerBound * count..<part.upperBound * count]), part.lowerBound, Float(factor),
          &partLogs, &partLosses, half, count)
        found.logs.replaceSubrange(part, with: partLogs)
        found.losses.replaceSubrange(part, with: partLosses)
      }
      expectClose(found.logs, logs, tolerance: 1e-6, floor: 1, "logarithms")
      expectClose(found.losses, expected, tolerance: 1e-6, floor: 1, "losses")
      var inPlace = s
      inPlace.withUnsafeMutableBufferPointer {
        rk_nt_xent_gradient(
          $0.baseAddress, found.logs, 0, Float(factor), 0.25, $0.baseAddress, count, count)
      }
      expectClose(inPlace, gradient, tolerance: 3e-6, floor: 1, "gradient")
      for i in 0..<count { #expect(inPlace[i * count + i] == 0) }
    }
  }

  @Test func notANumberIsNotHidden() {
    var s = similarities(6)
    s[1] = .nan
    withEveryInstructionSet { _ in
      var (logs, losses) = ([Float](repeating: 0, count: 6), [Float](repeating: 0, count: 6))
      rk_nt_xent_rows(s, 0, 2, &logs, &losses, 6, 6)
      #expect(losses[0].isNaN && losses[2].isFinite)
    }
  }
}
