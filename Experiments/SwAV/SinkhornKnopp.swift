import Tensors

/// log Q, where Q maximizes Tr(QᵀC Z) + ε H(Q) over the assignments of B samples to K prototypes that give every prototype
/// an equal share of the samples (SwAV, arXiv:2006.09882, equations 3 to 5), by the Sinkhorn-Knopp algorithm.
///
/// It rescales exp(z·c/ε) so that every prototype has the mass 1/K, then so that every sample has the mass 1/B, over and
/// over. Samples come last, so that each row of Q is a distribution; prototypes then have nearly equal shares. All in the
/// logarithm, where a scale is a shift and nothing over- or underflows; the masses 1/K and 1/B cancel in what follows
/// them.
///
/// - Parameters:
///   - scores: z·c of every sample and prototype: B × K. No gradient flows through them.
///   - epsilon: ε; the larger, the more alike the entries of a row.
///   - iterations: How often both are rescaled, at least once.
func sinkhornKnopp(_ scores: Tensor, epsilon: Float, iterations: Int) -> Tensor {
  precondition(iterations > 0 && epsilon > 0, "\(iterations) iterations at a smoothness of \(epsilon)")
  var logQ = scores.constant / epsilon
  for _ in 0..<iterations {
    logQ = logQ.adding(columns: -logQ.columnLogSumExp())  // prototypes
    logQ = logQ.logSoftmax()  // samples
  }
  return logQ
}

extension Tensor {
  /// 1 at each row's largest element, the first where several are equal, and 0 elsewhere; a constant.
  func rounded() -> Tensor {
    var result = Tensor(zeros: shape)
    let (places, columns) = (rowArgmax(), shape.columns)
    result.withMutableFloats { elements in
      for (row, place) in places.enumerated() { elements[row * columns + place] = 1 }
    }
    return result
  }
}
