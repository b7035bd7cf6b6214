import Glibc

extension Tensor {
  /// The same elements in another shape of equal count.
  public func reshaped(to shape: Shape) -> Tensor {
    precondition(shape.count == count, "a tensor of shape \(self.shape) reshaped to \(shape)")
    let original = self.shape
    return Tensor(shape: shape, dataType: dataType, storage: storage).recorded(from: self) { dy in
      [Tensor(shape: original, dataType: dy.dataType, storage: dy.storage)]
    }
  }

  /// The tensors one after another along the outermost axis; the other axes must agree.
  public static func stacked(_ parts: [Tensor]) -> Tensor {
    precondition(!parts.isEmpty, "no tensors to stack")
    let rows = parts.map { $0.shape[0] }
    let result = Tensor(uninitialized: parts[0].shape.withRows(rows.reduce(0, +)), parts[0].dataType)
    var offset = 0
    for part in parts {
      precondition(
        part.shape.withRows(0) == parts[0].shape.withRows(0) && part.dataType == parts[0].dataType,
        "stacked tensors of shapes \(parts[0].shape) and \(part.shape)")
      part.withBytes { bytes in
        (result.storage.pointer + offset).copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
        offset += bytes.count
      }
    }
    return result.recorded(fromAll: parts) { dy in
      var start = 0
      return rows.map { count in
        defer { start += count }
        return dy.slice(start..<start + count)
      }
    }
  }

  /// The entries `range` of the outermost axis.
  public func rows(_ range: Range<Int>) -> Tensor {
    let shape = shape
    return slice(range).recorded(from: self) { dy in
      let dx = Tensor(zeros: shape, dy.dataType)
      dy.withBytes { bytes in
        (dx.storage.pointer + range.lowerBound * shape.stride * dy.dataType.byteCount)
          .copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
      }
      return [dx]
    }
  }

  private func slice(_ range: Range<Int>) -> Tensor {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape[0], "rows \(range) of a tensor of shape \(shape)")
    let part = Tensor(uninitialized: shape.withRows(range.count), dataType)
    let bytes = shape.stride * dataType.byteCount
    part.storage.pointer.copyMemory(
      from: storage.pointer + range.lowerBound * bytes, byteCount: range.count * bytes)
    return part
  }

  /// The entries at `indices` of the outermost axis, in that order; carries a gradient only where `indices` is a
  /// permutation.
  public func gathered(at indices: [Int]) -> Tensor {
    let bytes = shape.stride * dataType.byteCount
    let result = Tensor(uninitialized: shape.withRows(indices.count), dataType)
    for (target, source) in indices.enumerated() {
      precondition(source >= 0 && source < shape[0], "row \(source) of a tensor of shape \(shape)")
      (result.storage.pointer + target * bytes).copyMemory(
        from: storage.pointer + source * bytes, byteCount: bytes)
    }
    guard isRecorded else { return result }
    precondition(
      indices.count == shape[0] && Set(indices).count == indices.count,
      "gathering \(indices.count) of \(shape[0]) rows is differentiable only where it permutes them")
    var inverse = [Int](repeating: 0, count: indices.count)
    for (target, source) in indices.enumerated() { inverse[source] = target }
    return result.recorded(from: self) { dy in [dy.gathered(at: inverse)] }
  }

  /// Two matrices of equally many rows side by side.
  public func joined(_ other: Tensor) -> Tensor {
    precondition(
      shape.rank == 2 && other.shape.rank == 2 && shape[0] == other.shape[0],
      "tensors of shapes \(shape) and \(other.shape) side by side")
    let (rows, left, right) = (shape[0], shape[1], other.shape[1])
    let result = Tensor(uninitialized: [rows, left + right])
    for row in 0..<rows {
      let target = result.floatPointer + row * (left + right)
      target.update(from: floatPointer + row * left, count: left)
      (target + left).update(from: other.floatPointer + row * right, count: right)
    }
    return result.recorded(from: self, other) { dy in [dy.columns(0..<left), dy.columns(left..<left + right)]
    }
  }

  /// The columns `range` of a matrix.
  public func columns(_ range: Range<Int>) -> Tensor {
    let (rows, width, shape) = (shape.rows, shape.columns, shape)
    precondition(
      range.lowerBound >= 0 && range.upperBound <= width, "columns \(range) of a tensor of shape \(shape)")
    let part = Tensor(uninitialized: [rows, range.count])
    for row in 0..<rows {
      (part.floatPointer + row * range.count)
        .update(from: floatPointer + row * width + range.lowerBound, count: range.count)
    }
    return part.recorded(from: self) { dy in
      let dx = Tensor(zeros: shape)
      for row in 0..<rows {
        (dx.floatPointer + row * width + range.lowerBound)
          .update(from: dy.floatPointer + row * range.count, count: range.count)
      }
      return [dx]
    }
  }

  /// Column `index` of a matrix: N.
  public func column(_ index: Int) -> Tensor { columns(index..<index + 1).reshaped(to: [shape.rows]) }
}
