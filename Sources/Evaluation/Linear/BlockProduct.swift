import COneDNN
import Tensors

/// Float32 products of blocks of matrices, on the calling worker: small enough that operands stay in its cache.
enum BlockProduct {
  /// c = a bᵀ: inner products of `rows` rows of `a` with `columns` rows of `b`, all of `depth` elements.
  static func similarities(
    _ a: UnsafePointer<Float>, rows: Int, _ b: UnsafePointer<Float>, columns: Int, depth: Int,
    into c: UnsafeMutablePointer<Float>
  ) {
    check(rd_sgemm(false, true, rows, columns, depth, 1, a, depth, b, depth, 0, c, columns))
  }

  /// c = aᵀ b: outer products of `depth` pairs of rows, of `rows` and `columns` elements, added up.
  static func outerProducts(
    _ a: UnsafePointer<Float>, rows: Int, _ b: UnsafePointer<Float>, columns: Int, depth: Int,
    into c: UnsafeMutablePointer<Float>
  ) {
    check(rd_sgemm(true, false, rows, columns, depth, 1, a, rows, b, columns, 0, c, columns))
  }

  private static func check(_ status: rd_status) {
    precondition(status == RD_OK, "a product of blocks failed: \(String(cString: rd_last_error()))")
  }
}
