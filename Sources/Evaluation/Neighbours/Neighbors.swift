import Tensors

/// A matrix whose rows have length one; rows of length zero stay zero, similar to nothing.
package struct NormalizedRows {
  let values: Tensor
  var count: Int { values.shape[0] }
  var dimension: Int { values.shape[1] }

  /// Scales each row of a float32 matrix.
  package init(_ rows: Tensor) {
    let dimension = rows.shape[1]
    var values = Tensor(uninitialized: rows.shape)
    values.withMutableFloats { target in
      rows.withFloats { source in
        WorkerPool.forEachRange(of: rows.shape[0], grain: 64) { range in
          for start in range.lazy.map({ $0 * dimension }) {
            var squares = 0.0
            for index in start..<start + dimension {
              squares += Double(source[index]) * Double(source[index])
            }
            let factor = squares > 0 ? 1 / squares.squareRoot() : 0
            for index in start..<start + dimension { target[index] = Float(Double(source[index]) * factor) }
          }
        }
      }
    }
    self.values = values
  }
}

/// The rows of a bank most similar to each query, most similar first, the earlier row first among equals.
package struct Neighbors {
  let queryCount: Int
  /// Neighbours of each query: what was asked for, or the whole bank when it has fewer rows.
  let perQuery: Int
  /// Query by query, `perQuery` cosines and rows of the bank.
  private(set) var similarities: [Float]
  private(set) var indices: [Int]

  /// Searches exhaustively, in blocks of products that stay in the cache.
  package init(of queries: NormalizedRows, in bank: NormalizedRows, count: Int) {
    precondition(
      queries.dimension == bank.dimension,
      "queries of \(queries.dimension) features, a bank of \(bank.dimension)")
    queryCount = queries.count
    perQuery = min(count, bank.count)
    similarities = [Float](repeating: 0, count: queryCount * perQuery)
    indices = [Int](repeating: 0, count: queryCount * perQuery)
    guard perQuery > 0 else { return }
    let perQuery = perQuery
    let blocks = (queryCount + Neighbors.queryBlock - 1) / Neighbors.queryBlock
    similarities.withUnsafeMutableBufferPointer { similarities in
      indices.withUnsafeMutableBufferPointer { indices in
        WorkerPool.forEachRange(of: blocks) { range in
          let search = BlockSearch(bank: bank, queries: queries, perQuery: perQuery)
          for block in range {
            search.run(block) { place, key in
              similarities[place] = key.similarity
              indices[place] = key.index
            }
          }
        }
      }
    }
  }

  static let queryBlock = 128
  static let bankBlock = 1_024
}

/// One worker's search: its product block and the candidates of each query of the block.
private final class BlockSearch {
  private let bank, queries: NormalizedRows
  private let perQuery: Int
  private var products: [Float]
  private var selections: [TopSelection]

  init(bank: NormalizedRows, queries: NormalizedRows, perQuery: Int) {
    self.bank = bank
    self.queries = queries
    self.perQuery = perQuery
    products = [Float](repeating: 0, count: Neighbors.queryBlock * Neighbors.bankBlock)
    selections = (0..<Neighbors.queryBlock).map { _ in
      TopSelection(count: perQuery, room: Neighbors.bankBlock)
    }
  }

  func run(_ block: Int, _ found: (_ place: Int, TopSelection.Key) -> Void) {
    let start = block * Neighbors.queryBlock
    let rows = min(Neighbors.queryBlock, queries.count - start)
    for row in 0..<rows { selections[row].reset() }
    for bankStart in stride(from: 0, to: bank.count, by: Neighbors.bankBlock) {
      let columns = min(Neighbors.bankBlock, bank.count - bankStart)
      multiply(queryStart: start, rows: rows, bankStart: bankStart, columns: columns)
      products.withUnsafeBufferPointer { products in
        for row in 0..<rows {
          selections[row].offer(products.baseAddress! + row * columns, count: columns, firstIndex: bankStart)
        }
      }
    }
    for row in 0..<rows {
      for (rank, key) in selections[row].sorted().enumerated() { found((start + row) * perQuery + rank, key) }
    }
  }

  private func multiply(queryStart: Int, rows: Int, bankStart: Int, columns: Int) {
    let dimension = bank.dimension
    queries.values.withFloats { queries in
      bank.values.withFloats { bank in
        BlockProduct.similarities(
          queries.baseAddress! + queryStart * dimension, rows: rows,
          bank.baseAddress! + bankStart * dimension,
          columns: columns, depth: dimension, into: &products)
      }
    }
  }
}
