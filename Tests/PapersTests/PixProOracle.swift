import Foundation
import Vision

@testable import Tensors

/// The paper's pairs, propagation and losses in plain loops over doubles, written from its pseudocode alone.
enum PixProOracle {
  /// B × P × D as lists.
  static func pixels(_ x: Tensor) -> [[[Double]]] {
    let (values, dimension) = (x.floats.map(Double.init), x.shape.columns)
    let rows = stride(from: 0, to: values.count, by: dimension).map { Array(values[$0..<$0 + dimension]) }
    return stride(from: 0, to: rows.count, by: x.shape[1]).map { Array(rows[$0..<$0 + x.shape[1]]) }
  }

  /// How far apart the bins of two views are, in diagonals of the larger bin: P × P, row by row.
  static func distances(_ a: ViewBox, _ b: ViewBox, side: Int) -> [[Double]] {
    func bins(_ box: ViewBox) -> (centers: [(x: Double, y: Double)], diagonal: Double) {
      let width = (Double(box.x1) - Double(box.x0)) / Double(side)
      let height = (Double(box.y1) - Double(box.y0)) / Double(side)
      var centers: [(x: Double, y: Double)] = []
      for row in 0..<side {
        for column in 0..<side {
          centers.append(
            (Double(box.x0) + (Double(column) + 0.5) * width, Double(box.y0) + (Double(row) + 0.5) * height))
        }
      }
      return (centers, (width * width + height * height).squareRoot())
    }
    let (first, second) = (bins(a), bins(b))
    return first.centers.map { p in
      second.centers.map { q in
        let distance = ((p.x - q.x) * (p.x - q.x) + (p.y - q.y) * (p.y - q.y)).squareRoot()
        return distance / max(first.diagonal, second.diagonal)
      }
    }
  }

  static func unit(_ v: [Double]) -> [Double] {
    let length = dot(v, v).squareRoot()
    return v.map { $0 / length }
  }

  static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for index in a.indices { sum += a[index] * b[index] }
    return sum
  }

  /// W x + b, the rows of W one after another.
  static func linear(_ x: [Double], _ weights: [Double], _ offsets: [Double]) -> [Double] {
    offsets.indices.map { row -> Double in
      dot(Array(weights[row * x.count..<(row + 1) * x.count]), x) + offsets[row]
    }
  }

  /// One map's y_p = Σ_q max(cos(x_p, x_q), 0)^γ h(x_q) / ‖h(x_q)‖.
  static func propagated(
    _ x: [[Double]], sharpness: Int, _ h: ([Double]) -> [Double]
  ) -> [[Double]] {
    x.map { p in
      var y = [Double](repeating: 0, count: p.count)
      for q in x {
        let similarity = pow(max(dot(unit(p), unit(q)), 0), Double(sharpness))
        for (index, value) in unit(h(q)).enumerated() { y[index] += similarity * value }
      }
      return y
    }
  }

  /// The mean over images of Σ A (y·k) / (Σ A + 1e-6), of pixels of any length.
  static func consistency(_ y: [[[Double]]], _ k: [[[Double]]], _ mask: [[[Double]]]) -> Double {
    var mean = 0.0
    for image in y.indices {
      var (sum, count) = (0.0, 1e-6)
      for p in y[image].indices {
        for q in k[image].indices {
          sum += mask[image][p][q] * dot(unit(y[image][p]), unit(k[image][q]))
          count += mask[image][p][q]
        }
      }
      mean += sum / count / Double(y.count)
    }
    return mean
  }

  /// The mean over images of the mean over pixels with positives of −log(Σ_positives exp / Σ_all exp).
  static func contrast(
    _ x: [[[Double]]], _ k: [[[Double]]], _ mask: [[[Double]]], temperature τ: Double
  ) -> Double {
    var mean = 0.0
    for image in x.indices {
      var losses: [Double] = []
      for p in x[image].indices where mask[image][p].contains(1) {
        var (positive, all) = (0.0, 0.0)
        for q in k[image].indices {
          let term = exp(dot(unit(x[image][p]), unit(k[image][q])) / τ)
          all += term
          if mask[image][p][q] == 1 { positive += term }
        }
        losses.append(-log(positive / all))
      }
      if !losses.isEmpty { mean += losses.reduce(0, +) / Double(losses.count) / Double(x.count) }
    }
    return mean
  }
}
