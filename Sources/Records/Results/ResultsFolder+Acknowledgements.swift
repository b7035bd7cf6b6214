import Foundation

extension ResultsFolder {
  /// Writes `rows` in the order of arm, seed and run; no file for none. Throws a `StorageError`.
  package func write(_ rows: [Acknowledgement]) throws {
    if rows.isEmpty {
      guard unlink(acknowledgements.path) == 0 || errno == ENOENT else {
        throw StorageError("remove", path: acknowledgements.path)
      }
      return
    }
    let ordered = rows.sorted { ($0.arm, $0.seed, $0.run) < ($1.arm, $1.seed, $1.run) }
    try writeAtomically(Data(Acknowledgement.table(of: ordered).utf8), to: acknowledgements)
  }
}
