import CKernels

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

  /// Two tensors of equal leading axes side by side along the last: matrices of equally many rows, feature maps of one size.
  public func joined(_ other: Tensor) -> Tensor {
    let (left, right) = (shape.columns, other.shape.columns)
    precondition(
      shape.rank > 1 && shape.dimensions.dropLast() == other.shape.dimensions.dropLast()
        && dataType == other.dataType,
      "\(dataType) and \(other.dataType) tensors of shapes \(shape) and \(other.shape) side by side")
    let result = Tensor(uninitialized: Shape(shape.dimensions.dropLast() + [left + right]), dataType)
    let (bytes, otherBytes) = (left * dataType.byteCount, right * dataType.byteCount)
    Rows.forEachPart(of: result.shape) { row, rows in
      let target = result.storage.pointer + row * (bytes + otherBytes)
      rk_copy_rows(storage.pointer + row * bytes, bytes, target, bytes + otherBytes, bytes, rows)
      rk_copy_rows(
        other.storage.pointer + row * otherBytes, otherBytes, target + bytes, bytes + otherBytes, otherBytes,
        rows)
    }
    return result.recorded(from: self, other) { dy in [dy.columns(0..<left), dy.columns(left..<left + right)]
    }
  }

  /// The places `range` of the last axis: columns of a matrix, channels of a feature map.
  public func columns(_ range: Range<Int>) -> Tensor {
    let (width, shape, dataType) = (shape.columns, shape, dataType)
    precondition(
      range.lowerBound >= 0 && range.upperBound <= width, "columns \(range) of a tensor of shape \(shape)")
    let part = Tensor(uninitialized: Shape(shape.dimensions.dropLast() + [range.count]), dataType)
    let size = dataType.byteCount
    let (bytes, partBytes, offset) = (width * size, range.count * size, range.lowerBound * size)
    Rows.forEachPart(of: shape) { row, rows in
      rk_copy_rows(
        storage.pointer + row * bytes + offset, bytes, part.storage.pointer + row * partBytes, partBytes,
        partBytes, rows)
    }
    return part.recorded(from: self) { dy in
      let dx = Tensor(zeros: shape, dataType)
      Rows.forEachPart(of: shape) { row, rows in
        rk_copy_rows(
          dy.storage.pointer + row * partBytes, partBytes, dx.storage.pointer + row * bytes + offset, bytes,
          partBytes, rows)
      }
      return [dx]
    }
  }

  /// Column `index` of a matrix: N.
  public func column(_ index: Int) -> Tensor { columns(index..<index + 1).reshaped(to: [shape.rows]) }
}
