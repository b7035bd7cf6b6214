import COpenBLAS

extension Tensor {
  /// The eigenvalues of a symmetric float32 matrix in ascending order (LAPACK's `ssyev`); `nil` if it has no finite ones.
  public func symmetricEigenvalues() -> [Float]? {
    precondition(shape.rank == 2 && shape[0] == shape[1], "eigenvalues of a tensor of shape \(shape)")
    guard isFinite else { return nil }
    var matrix = floats
    var order = Int32(shape[0])
    var values = [Float](repeating: 0, count: shape[0])
    var workCount = Int32(max(1, 34 * shape[0]))
    var work = [Float](repeating: 0, count: Int(workCount))
    var info: Int32 = 0
    var leading = order
    ssyev_("N", "U", &order, &matrix, &leading, &values, &work, &workCount, &info)
    return info == 0 ? values : nil
  }
}
