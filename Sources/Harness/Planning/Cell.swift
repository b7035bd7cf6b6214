/// What a scheduler is handed in one piece: arms of an experiment with one seed, trained by one process.
///
/// All arms that claims compare lie in one cell, so that a pair shares its machine.
public struct Cell: Sendable, Hashable, CustomStringConvertible {
  /// The experiment's name.
  public let experiment: String
  /// The seed.
  public let seed: UInt64
  /// The arms' names, in the experiment's order.
  public let arms: [String]

  /// Creates a cell.
  public init(_ experiment: String, seed: UInt64, arms: [String]) {
    (self.experiment, self.seed, self.arms) = (experiment, seed, arms)
  }

  /// `co2-cifar10, seed 3: MoCo; MoCo + CO2`.
  public var description: String { "\(experiment), seed \(seed): \(arms.joined(separator: "; "))" }
}

/// Seeds of experiments, cut into cells whose order depends on nothing else: a number means the same cell on every machine,
/// however much is done already.
public struct Sweep: Sendable {
  /// How large a cell is.
  public enum Grain: String, Sendable, CaseIterable {
    /// All compared arms with one seed.
    case seed
    /// One arm with one seed: shorter, but the arms of a pair may come to different machines.
    case arm
  }

  /// An experiment at one scale, and seeds of it.
  public struct Part: Sendable {
    /// What it declares.
    public let experiment: Declaration
    /// The seeds, in the order in which they are wanted.
    public let seeds: [UInt64]

    /// Creates a part.
    public init(_ experiment: Declaration, seeds: [UInt64]) {
      (self.experiment, self.seeds) = (experiment, seeds)
    }
  }

  /// The experiments with their seeds.
  public let parts: [Part]
  /// How large a cell is.
  public let grain: Grain
  /// The cells: the first seed of every experiment, then the second ones, and so on.
  public let cells: [Cell]

  /// Cuts `parts` into cells.
  public init(_ parts: [Part], grain: Grain = .seed) {
    (self.parts, self.grain) = (parts, grain)
    let longest = parts.map(\.seeds.count).max() ?? 0
    cells = (0..<longest).flatMap { place in
      parts.filter { place < $0.seeds.count }.flatMap { part in
        let (experiment, seed) = (part.experiment, part.seeds[place])
        let arms = experiment.sweptArms(seed: seed)
        let pieces = grain == .seed ? [arms] : arms.map { [$0] }
        return pieces.map { Cell(experiment.name, seed: seed, arms: $0) }
      }
    }
  }

  /// Every `count`-th cell from `index` on; the shares of all indices hold each cell once.
  ///
  /// Throws a `RunProblem` when there is no such share.
  public func share(_ index: Int, of count: Int) throws -> [Cell] {
    guard count > 0, (0..<count).contains(index) else {
      throw RunProblem(
        "there is no share \(index)/\(count): shares are counted from 0 to one less than their number")
    }
    return stride(from: index, to: cells.count, by: count).map { cells[$0] }
  }

  /// The cell with number `index`; throws a `RunProblem` when there is none.
  public func cell(_ index: Int) throws -> Cell {
    guard cells.indices.contains(index) else {
      throw RunProblem("there is no cell \(index): they are counted from 0 to \(cells.count - 1)")
    }
    return cells[index]
  }

  /// The seeds of `cells` alone, experiment by experiment.
  public func only(_ cells: [Cell]) -> Sweep {
    let wanted = Dictionary(grouping: cells, by: \.experiment).mapValues { Set($0.map(\.seed)) }
    let parts = parts.map { part in
      Part(part.experiment, seeds: part.seeds.filter { wanted[part.experiment.name]?.contains($0) == true })
    }
    return Sweep(parts.filter { !$0.seeds.isEmpty }, grain: grain)
  }
}

extension Declaration {
  /// The arms that claims compare with `seed`, and beside a claim's first seed those that its checks ask for, in the
  /// experiment's order.
  package func sweptArms(seed: UInt64) -> [String] {
    let begun = claims.filter { $0.firstSeed <= seed }
    let wanted = Set(
      begun.flatMap(\.arms) + begun.filter { $0.firstSeed == seed }.flatMap { $0.checks.flatMap(\.arms) })
    return arms.map(\.name).filter(wanted.contains)
  }
}
