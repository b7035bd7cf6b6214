extension Tensor {
  /// The sum of each column over all rows, where rows are all axes but the last: as many numbers as the last axis has.
  public func columnSums() -> Tensor {
    let shape = shape
    return Rows.columnSums(self).recorded(from: self) { dy in
      [Rows.add(Tensor(zeros: shape), columns: dy)]
    }
  }

  /// The mean of each column over all rows.
  public func columnMeans() -> Tensor { columnSums() / Float(shape.rows) }

  /// Every column freed of its mean over all rows.
  public func centeredColumns() -> Tensor { adding(columns: -columnMeans()) }

  /// The variance of each column over all rows, the sum of squares divided by the number of rows less `correction`: 1, as
  /// for a sample and as PyTorch's `var`, or 0, as in a batch normalization. Traps where that leaves no row.
  public func columnVariances(correction: Int = 1) -> Tensor {
    let degrees = shape.rows - correction
    precondition(degrees > 0, "\(shape.rows) rows less \(correction) have no variance")
    // In two passes: a mean far from zero does not swallow the deviations.
    let deviations = centeredColumns()
    return (deviations * deviations).columnSums() / Float(degrees)
  }
}
