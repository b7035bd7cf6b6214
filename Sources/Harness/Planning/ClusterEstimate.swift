import Foundation

/// How long equal machines would take for what plans still lack, by the times that runs take on this one.
public struct ClusterEstimate: Sendable, Encodable {
  /// What one experiment still lacks before the next look at its claims.
  public struct Need: Sendable, Encodable {
    /// Its name.
    public let experiment: String
    /// The trials that its constants are chosen by, which come first and one after the other.
    public let tuningSeconds: Double
    /// The cells that its gates are judged by, which come second.
    public let gateSeconds: [Double]
    /// The other cells.
    public let cellSeconds: [Double]

    /// Creates a need from its parts.
    public init(_ experiment: String, tuning: Double, gates: [Double], cells: [Double]) {
      self.experiment = experiment
      (tuningSeconds, gateSeconds, cellSeconds) = (tuning, gates, cells)
    }

    /// The time of one process for all of it.
    public var seconds: Double { tuningSeconds + gateSeconds.reduce(0, +) + cellSeconds.reduce(0, +) }

    fileprivate var stages: [[Double]] {
      [tuningSeconds > 0 ? [tuningSeconds] : [], gateSeconds, cellSeconds].filter { !$0.isEmpty }
    }
  }

  /// The machines, as `8x16`, and the threads of each process.
  public let cluster: String, threads: Int
  /// How many processes run at once.
  public let workers: Int
  /// What is lacking.
  public let needs: [Need]
  /// From the first cell's beginning to the last one's end, if cells run side by side as fast as alone.
  public let wallSeconds: Double

  /// Hands out what `needs` name to the machines of `shape`, in processes of as many `threads` as the times were taken with.
  public init(_ needs: [Need], on shape: ClusterShape, threads: Int) {
    (cluster, self.threads, self.needs) = (shape.description, threads, needs)
    workers = shape.workers(threads: threads)
    wallSeconds = Self.makespan(needs.map(\.stages), workers: workers)
  }

  /// What all cores together spend.
  public var coreSeconds: Double { needs.reduce(0) { $0 + $1.seconds } * Double(threads) }

  /// The end of the last task: free workers take the longest that is ready, and a stage is ready once the one before it in
  /// its chain has ended.
  static func makespan(_ chains: [[[Double]]], workers: Int) -> Double {
    struct Running {
      let end: Double, chain: Int
    }
    var stage = chains.map { _ in 0 }
    var open = chains.map { $0.first?.count ?? 0 }
    var ready = chains.enumerated().flatMap { chain, stages in
      (stages.first ?? []).map { (chain: chain, seconds: $0) }
    }
    var running: [Running] = []
    var now = 0.0
    while !ready.isEmpty || !running.isEmpty {
      ready.sort { ($0.seconds, $1.chain) > ($1.seconds, $0.chain) }
      while running.count < workers, !ready.isEmpty {
        let next = ready.removeFirst()
        running.append(Running(end: now + next.seconds, chain: next.chain))
      }
      let place = running.indices.min { running[$0].end < running[$1].end }!
      let ended = running.remove(at: place)
      now = ended.end
      open[ended.chain] -= 1
      if open[ended.chain] == 0, stage[ended.chain] + 1 < chains[ended.chain].count {
        stage[ended.chain] += 1
        let following = chains[ended.chain][stage[ended.chain]]
        open[ended.chain] = following.count
        ready += following.map { (ended.chain, $0) }
      }
    }
    return now
  }

  private enum CodingKeys: String, CodingKey {
    case cluster, threads, workers, needs, wallSeconds, coreSeconds
  }

  /// Writes what is stored and the sum over the cores.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(cluster, forKey: .cluster)
    try container.encode(threads, forKey: .threads)
    try container.encode(workers, forKey: .workers)
    try container.encode(needs, forKey: .needs)
    try container.encode(wallSeconds, forKey: .wallSeconds)
    try container.encode(coreSeconds, forKey: .coreSeconds)
  }
}

extension ClusterEstimate.Need {
  /// What `experiment` lacks by the record under `root` and the runs under `runs`.
  ///
  /// A run takes what runs of its arm took on record, and otherwise what was timed here. Throws as `SuitePlan`.
  public init(_ experiment: Declaration, timed: Estimate, root: URL, runs: URL) throws {
    let times = Dictionary(
      uniqueKeysWithValues: timed.arms.map { ($0.name, $0.trainingSeconds + timed.evaluationSeconds) })
    let items = try SuitePlan(lackedBy: experiment, root: root, runs: runs).items.filter { !$0.isFinished }
    func cells(_ items: [SuitePlan.Item]) -> [Double] {
      Dictionary(grouping: items, by: \.seed).sorted { $0.key < $1.key }.map { _, arms in
        arms.reduce(0) { $0 + ($1.seconds ?? times[$1.arm] ?? 0) }
      }
    }
    let training = Dictionary(uniqueKeysWithValues: timed.arms.map { ($0.name, $0.trainingSeconds) })
    let tuning = try TuningRecord.left(of: experiment, root: root).reduce(0) { sum, left in
      sum + left.horizons * (training[left.arm] ?? 0) + Double(left.trials) * timed.evaluationSeconds
    }
    self.init(
      experiment.name, tuning: tuning, gates: cells(items.filter { $0.part == .gates }),
      cells: cells(items.filter { $0.part != .gates }))
  }
}

extension Declaration {
  /// The arms that a plan may ask for: what claims compare, their checks and gates, and what is tuned.
  public var armsOfPlans: Set<String> {
    let claimed = claims.flatMap { $0.arms + $0.checks.flatMap(\.arms) }
    return Set(claimed + gateArms + (tuning?.sides.map(\.arm) ?? []))
  }
}
