import CKernels

extension Tensor {
  /// NT-Xent of 2N views (rows) of N images, of which views i and i + N show one image: the mean over all anchors i of
  /// log Σ_{k≠i} exp(sᵢₖ) − s_{i,j(i)}, where sᵢₖ = ⟨zᵢ, zₖ⟩ / temperature and j(i) is the other view of i's image.
  ///
  /// One operation, because every similarity stands in two rows: the gradient of both, P + Pᵀ − 2Y, replaces the
  /// similarities in place, and one product with the views takes the place of two. Traps unless `self` is a matrix of
  /// evenly many rows.
  public func ntXent(temperature: Float) -> Tensor {
    precondition(
      shape.rank == 2 && shape[0] > 0 && shape[0] % 2 == 0,
      "NT-Xent of views of shape \(shape): two views of every image are the rows of a matrix")
    let (z, count, factor) = (constant, shape[0], 1 / temperature)
    let s = MatrixProduct.product(z, z, transposing: (false, true))
    let (logs, losses) = (Tensor(uninitialized: [count]), Tensor(uninitialized: [count]))
    let (isDifferentiated, weight) = (isRecorded, 1 / Float(count))
    Profile.timeOfAll(.loss) {
      Rows.forEachPart(of: s.shape) { row, rows in
        rk_nt_xent_rows(
          s.floatPointer + row * count, row, factor, logs.floatPointer + row, losses.floatPointer + row, rows,
          count)
      }
      guard isDifferentiated else { return }
      Rows.forEachPart(of: s.shape) { row, rows in
        let own = s.floatPointer + row * count
        rk_nt_xent_gradient(own, logs.floatPointer, row, factor, weight, own, rows, count)
      }
    }
    return losses.mean().recorded(from: self) { dy in
      [Elementwise.scale(MatrixProduct.product(s, z), by: dy.item)]
    }
  }
}
