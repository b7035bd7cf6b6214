import CKernels

/// Where the places of a resized axis lie between those of the original one.
///
/// The centre of place i lies at (i + ½) source / target − ½, kept within the axis: what PyTorch does where corners are
/// not aligned.
struct ResizedAxis {
  let lower, upper: [Int32]
  /// How far each place lies on the way from `lower` to `upper`.
  let weights: [Float]

  init(from source: Int, to target: Int) {
    precondition(source > 0 && target > 0, "an axis of \(source) resized to \(target)")
    let places = (0..<target).map { place in
      max(0, (Double(place) + 0.5) * Double(source) / Double(target) - 0.5)
    }
    lower = places.map { Int32(min(Int($0), source - 1)) }
    upper = lower.map { min($0 + 1, Int32(source - 1)) }
    weights = zip(places, lower).map { Float($0 - Double($1)) }
  }
}

/// Bilinear resizing of single feature maps of h × w × C float32 elements, a result row at a time.
struct Resizing {
  let channels: Int
  /// Positions along one row of a map.
  let width: Int
  let rows, columns: ResizedAxis

  /// Maps of N × h × w × C resized to `height` × `width`.
  init(_ shape: Shape, toHeight height: Int, width: Int) {
    channels = shape.channels
    self.width = shape.width
    rows = ResizedAxis(from: shape.height, to: height)
    columns = ResizedAxis(from: shape.width, to: width)
  }

  /// Elements of one row of a map.
  var rowElements: Int { width * channels }

  /// Row `row` of the result of `map`, not resized along itself yet: `rowElements` elements.
  func blend(_ map: UnsafePointer<Float>, row: Int, into result: UnsafeMutablePointer<Float>) {
    withAxis(rows, from: row) { lower, upper, weights in
      rk_resampled_rows(map, lower, upper, weights, result, 1, rowElements)
    }
  }

  /// Adds the gradient of row `row` to that of the map.
  func spread(_ gradient: UnsafePointer<Float>, row: Int, into map: UnsafeMutablePointer<Float>) {
    withAxis(rows, from: row) { lower, upper, weights in
      rk_resampled_rows_gradient(gradient, lower, upper, weights, map, 1, rowElements)
    }
  }

  private func withAxis(
    _ axis: ResizedAxis, from place: Int,
    _ body: (UnsafePointer<Int32>, UnsafePointer<Int32>, UnsafePointer<Float>) -> Void
  ) {
    axis.lower.withUnsafeBufferPointer { lower in
      axis.upper.withUnsafeBufferPointer { upper in
        axis.weights.withUnsafeBufferPointer { weights in
          body(lower.baseAddress! + place, upper.baseAddress! + place, weights.baseAddress! + place)
        }
      }
    }
  }
}
