import CKernels

/// Losses over similarity matrices, row by row in one visit of memory, because at some thousand negatives each separate
/// pass over such a matrix costs as much as the product that made it.
extension Tensor {
  /// log(exp(l⁺) + Σᵢ exp(lᵢ⁻)) − l⁺ averaged over rows, where l = similarity / temperature.
  ///
  /// `self` holds the similarity of every row with its positive (N), `negatives` those with its negatives (N × K).
  public func infoNCE(negatives: Tensor, temperature: Float) -> Tensor {
    let (rows, columns) = (negatives.shape.rows, negatives.shape.columns)
    precondition(count == rows, "\(count) positive similarities beside negatives of shape \(negatives.shape)")
    let losses = Tensor(uninitialized: [rows])
    let (toPositive, toNegatives) =
      isRecorded || negatives.isRecorded
      ? (Tensor(uninitialized: shape), Tensor(uninitialized: negatives.shape)) : (nil, nil)
    Profile.timeOfAll(.loss) {
      Rows.forEachPart(of: negatives.shape) { row, count in
        let start = row * columns
        rk_info_nce_rows(
          floatPointer + row, negatives.floatPointer + start, 1 / temperature, 1 / Float(rows),
          losses.floatPointer + row, toPositive.map { $0.floatPointer + row },
          toNegatives.map { $0.floatPointer + start },
          count, columns)
      }
    }
    return losses.mean().recorded(from: self, negatives) { dy in
      [
        toPositive.map { Elementwise.scale($0, by: dy.item) },
        toNegatives.map { Elementwise.scale($0, by: dy.item) },
      ]
    }
  }

  /// ½ D_KL(P‖Q) + ½ D_KL(Q‖P) averaged over rows, where Q = softmax(self / temperature) and
  /// P = softmax(other / temperature) along the last axis, both without the two columns in `excluding` where given.
  public func symmetricDivergence(
    from other: Tensor, excluding excluded: [SIMD2<Int32>]? = nil, temperature: Float
  ) -> Tensor {
    precondition(shape == other.shape, "divergence of distributions of shapes \(shape) and \(other.shape)")
    let (rows, columns) = (shape.rows, shape.columns)
    precondition(
      excluded.map { $0.count == rows && $0.allSatisfy { $0.max() < columns } } ?? true,
      "columns to leave out of distributions of shape \(shape) that it does not have")
    let losses = Tensor(uninitialized: [rows])
    let toSelf = isRecorded ? Tensor(uninitialized: shape) : nil
    let toOther = other.isRecorded ? Tensor(uninitialized: shape) : nil
    let places = excluded.map { $0.flatMap { [$0.x, $0.y] } }
    Profile.timeOfAll(.loss) {
      Rows.forEachPart(of: shape) { row, count in
        let start = row * columns
        let places = places.map { Array($0[2 * row..<2 * (row + count)]) }
        rk_consistency_rows(
          floatPointer + start, other.floatPointer + start, places, 1 / temperature, 1 / Float(rows), false,
          losses.floatPointer + row, toSelf.map { $0.floatPointer + start },
          toOther.map { $0.floatPointer + start },
          count, columns)
      }
    }
    return losses.mean().recorded(from: self, other) { dy in
      [toSelf.map { Elementwise.scale($0, by: dy.item) }, toOther.map { Elementwise.scale($0, by: dy.item) }]
    }
  }

  /// k ← momentum · k + (1 − momentum) · q in place.
  public mutating func follow(_ q: Tensor, momentum: Float) {
    precondition(shape == q.shape, "a copy of shape \(shape) cannot follow a tensor of shape \(q.shape)")
    q.withFloats { source in
      withMutableFloats { target in
        WorkerPool.forEachBlock(of: source.count) { at, count in
          rk_ema(target.baseAddress! + at, source.baseAddress! + at, count, momentum)
        }
      }
    }
  }
}
