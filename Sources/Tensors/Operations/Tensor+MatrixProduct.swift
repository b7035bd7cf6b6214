extension Tensor {
  /// The matrix product of two float32 matrices.
  public func matrixProduct(with b: Tensor) -> Tensor {
    let (x, y, wantsA, wantsB) = (constant, b.constant, isRecorded, b.isRecorded)
    return MatrixProduct.product(self, b).recorded(from: self, b) { dc in
      [
        wantsA ? MatrixProduct.product(dc, y, transposing: (false, true)) : nil,
        wantsB ? MatrixProduct.product(x, dc, transposing: (true, false)) : nil,
      ]
    }
  }

  /// The inner product of every row of `self` (N × D) with every row of `b` (K × D): N × K.
  public func similarities(to b: Tensor) -> Tensor {
    let (x, y, wantsA, wantsB) = (constant, b.constant, isRecorded, b.isRecorded)
    return MatrixProduct.product(self, b, transposing: (false, true)).recorded(from: self, b) { dc in
      [
        wantsA ? MatrixProduct.product(dc, y) : nil,
        wantsB ? MatrixProduct.product(dc, x, transposing: (true, false)) : nil,
      ]
    }
  }

  /// aᵀ b of two float32 matrices with equally many rows.
  public func transposedProduct(with b: Tensor) -> Tensor {
    let (x, y, wantsA, wantsB) = (constant, b.constant, isRecorded, b.isRecorded)
    return MatrixProduct.product(self, b, transposing: (true, false)).recorded(from: self, b) { dc in
      [
        wantsA ? MatrixProduct.product(y, dc, transposing: (false, true)) : nil,
        wantsB ? MatrixProduct.product(x, dc) : nil,
      ]
    }
  }

  /// The matrix products of corresponding matrices of two lists: B × M × K with B × K × N makes B × M × N.
  public func matrixProducts(with b: Tensor) -> Tensor {
    let (x, y, wantsA, wantsB) = (constant, b.constant, isRecorded, b.isRecorded)
    return MatrixProduct.products(self, b).recorded(from: self, b) { dc in
      [
        wantsA ? MatrixProduct.products(dc, y, transposing: (false, true)) : nil,
        wantsB ? MatrixProduct.products(x, dc, transposing: (true, false)) : nil,
      ]
    }
  }

  /// In each of B pairs of matrices the inner product of every row of the first (B × M × D) with every row of the second
  /// (B × N × D): B × M × N.
  public func rowSimilarities(to b: Tensor) -> Tensor {
    let (x, y, wantsA, wantsB) = (constant, b.constant, isRecorded, b.isRecorded)
    return MatrixProduct.products(self, b, transposing: (false, true)).recorded(from: self, b) { dc in
      [
        wantsA ? MatrixProduct.products(dc, y) : nil,
        wantsB ? MatrixProduct.products(dc, x, transposing: (true, false)) : nil,
      ]
    }
  }
}
