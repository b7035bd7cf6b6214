import CKernels

/// Kernels over tensors seen as matrices: all axes but the last are rows.
enum Rows {
  typealias Input = UnsafePointer<Float>
  typealias Output = UnsafeMutablePointer<Float>

  /// Calls `body` with the first row and number of rows of each worker's part.
  static func forEachPart(of x: Shape, _ body: (Int, Int) -> Void) {
    let grain = max(1, Elementwise.grain / max(1, x.columns))
    WorkerPool.forEachRange(of: x.rows, grain: grain) { body($0.lowerBound, $0.count) }
  }

  /// A result of the shape of `x`, row by row.
  static func map(_ x: Tensor, _ kernel: (Input, Output, Int, Int) -> Void) -> Tensor {
    let y = Tensor(uninitialized: x.shape)
    let columns = x.shape.columns
    forEachPart(of: x.shape) { row, rows in
      kernel(x.floatPointer + row * columns, y.floatPointer + row * columns, rows, columns)
    }
    return y
  }

  /// A result of the shape of `a` and `b`, row by row.
  static func combine(_ a: Tensor, _ b: Tensor, _ kernel: (Input, Input, Output, Int, Int) -> Void) -> Tensor
  {
    precondition(a.shape == b.shape, "rows of tensors of shapes \(a.shape) and \(b.shape) do not pair")
    let y = Tensor(uninitialized: a.shape)
    let columns = a.shape.columns
    forEachPart(of: a.shape) { row, rows in
      let start = row * columns
      kernel(a.floatPointer + start, b.floatPointer + start, y.floatPointer + start, rows, columns)
    }
    return y
  }

  /// One number per row: a tensor of the leading axes.
  static func reduce(_ x: Tensor, _ kernel: (Input, Output, Int, Int) -> Void) -> Tensor {
    let y = Tensor(uninitialized: Shape(Array(x.shape.dimensions.dropLast())))
    let columns = x.shape.columns
    forEachPart(of: x.shape) { row, rows in
      kernel(x.floatPointer + row * columns, y.floatPointer + row, rows, columns)
    }
    return y
  }

  static func sums(_ x: Tensor) -> Tensor { reduce(x) { rk_row_sums($0, $1, $2, $3) } }
  static func maxima(_ x: Tensor) -> Tensor { reduce(x) { rk_row_maxima($0, $1, $2, $3) } }

  static func dots(_ a: Tensor, _ b: Tensor) -> Tensor {
    precondition(a.shape == b.shape, "row products of tensors of shapes \(a.shape) and \(b.shape)")
    let y = Tensor(uninitialized: Shape(Array(a.shape.dimensions.dropLast())))
    let columns = a.shape.columns
    forEachPart(of: a.shape) { row, rows in
      let start = row * columns
      rk_row_dots(a.floatPointer + start, b.floatPointer + start, y.floatPointer + row, rows, columns)
    }
    return y
  }

  /// Each row of `x` times (or divided by) its element of `values`.
  static func multiply(_ x: Tensor, rowsBy values: Tensor) -> Tensor {
    scale(x, values) { rk_multiply_rows($0, $1, $2, $3, $4) }
  }

  private static func scale(
    _ x: Tensor, _ values: Tensor, _ kernel: (Input, Input, Output, Int, Int) -> Void
  ) -> Tensor {
    precondition(
      values.count == x.shape.rows, "\(values.count) factors for the rows of a tensor of shape \(x.shape)")
    let y = Tensor(uninitialized: x.shape)
    let columns = x.shape.columns
    forEachPart(of: x.shape) { row, rows in
      let start = row * columns
      kernel(x.floatPointer + start, values.floatPointer + row, y.floatPointer + start, rows, columns)
    }
    return y
  }

  /// The sum over rows, one number per column.
  static func columnSums(_ x: Tensor) -> Tensor {
    let y = Tensor(uninitialized: [x.shape.columns])
    rk_column_sums(x.floatPointer, y.floatPointer, false, x.shape.rows, x.shape.columns)
    return y
  }

  /// `x` with `values` added to every row.
  static func add(_ x: Tensor, columns values: Tensor) -> Tensor {
    precondition(
      values.count == x.shape.columns, "\(values.count) offsets for the columns of shape \(x.shape)")
    return map(x) { rk_add_columns($0, values.floatPointer, $1, $2, $3) }
  }
}
