import Statistics

extension ArmGrid {
  /// The last column minus the first in one row, paired by seed.
  package func lastOverFirst(_ row: Int, _ summary: Summary) throws -> Pairing {
    try summary.pairing(arms[row].last!, over: arms[row][0], measure)
  }

  /// By how much the effect of the columns changes from the first row to the last, seed by seed.
  package func interaction(_ summary: Summary) throws -> PairedDifference? {
    let effects = try [0, rows.count - 1].map { row in
      Dictionary(
        try lastOverFirst(row, summary).pairs.map { ($0.seed, $0.difference) },
        uniquingKeysWith: { first, _ in first })
    }
    let seeds = effects[0].keys.filter { effects[1][$0] != nil }.sorted()
    return try PairedDifference(seeds.map { effects[1][$0]! - effects[0][$0]! })
  }
}
