import COneDNN

/// Float32 matrix products: oneDNN's kernel, single-threaded, over blocks of result rows.
enum MatrixProduct {
  /// op(a) op(b), where op transposes when asked; both are matrices.
  static func product(_ a: Tensor, _ b: Tensor, transposing: (Bool, Bool) = (false, false)) -> Tensor {
    precondition(
      a.shape.rank == 2 && b.shape.rank == 2, "product of tensors of shapes \(a.shape) and \(b.shape)")
    let (rows, inner) = transposing.0 ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
    let (innerB, columns) = transposing.1 ? (b.shape[1], b.shape[0]) : (b.shape[0], b.shape[1])
    precondition(
      inner == innerB,
      "product of \(a.shape)\(transposing.0 ? "ᵀ" : "") and \(b.shape)\(transposing.1 ? "ᵀ" : ""): \(inner) ≠ \(innerB)"
    )
    let c = Tensor(uninitialized: [rows, columns])
    guard c.count > 0 else { return c }
    MultiplyAdds.add(rows * inner * columns)
    let grain = max(8, 200_000 / max(1, inner * columns))
    Profile.timeOfAll(.product, multiplyAdds: rows * inner * columns) {
      WorkerPool.forEachRange(of: rows, grain: grain) { range in
        let start = transposing.0 ? range.lowerBound : range.lowerBound * inner
        let status = rd_sgemm(
          transposing.0, transposing.1, range.count, columns, inner, 1, a.floatPointer + start, a.shape[1],
          b.floatPointer, b.shape[1], 0, c.floatPointer + range.lowerBound * columns, columns)
        OneDNN.check(status, "matrix product of \(a.shape) and \(b.shape)")
      }
    }
    return c
  }

  /// op(a) op(b) of every pair of matrices in two lists of them (B × rows × columns), where op transposes when asked; a
  /// matrix stays with one worker, so that the result does not depend on their number.
  static func products(_ a: Tensor, _ b: Tensor, transposing: (Bool, Bool) = (false, false)) -> Tensor {
    precondition(
      a.shape.rank == 3 && b.shape.rank == 3 && a.shape[0] == b.shape[0],
      "products of lists of matrices of shapes \(a.shape) and \(b.shape)")
    let (rows, inner) = transposing.0 ? (a.shape[2], a.shape[1]) : (a.shape[1], a.shape[2])
    let (innerB, columns) = transposing.1 ? (b.shape[2], b.shape[1]) : (b.shape[1], b.shape[2])
    precondition(
      inner == innerB,
      "products of \(a.shape)\(transposing.0 ? "ᵀ" : "") and \(b.shape)\(transposing.1 ? "ᵀ" : ""): \(inner) ≠ \(innerB)"
    )
    let (count, product) = (a.shape[0], rows * inner * columns)
    let c = Tensor(uninitialized: [count, rows, columns])
    guard c.count > 0 else { return c }
    MultiplyAdds.add(count * product)
    Profile.timeOfAll(.product, multiplyAdds: count * product) {
      WorkerPool.forEachRange(of: count, grain: max(1, 200_000 / max(1, product))) { matrices in
        for matrix in matrices {
          let status = rd_sgemm(
            transposing.0, transposing.1, rows, columns, inner, 1, a.floatPointer + matrix * a.shape.stride,
            a.shape[2], b.floatPointer + matrix * b.shape.stride, b.shape[2], 0,
            c.floatPointer + matrix * rows * columns, columns)
          OneDNN.check(status, "matrix products of \(a.shape) and \(b.shape)")
        }
      }
    }
    return c
  }
}
