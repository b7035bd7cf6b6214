import Foundation

@testable import Claims
@testable import Harness
@testable import Records
@testable import Reporting
@testable import Site
@testable import Statistics
@testable import repro

/// Rows that nobody measured, of every experiment: what pages look like when the record is full. Never written to `Results/`.
struct MadeUpRecord {
  /// How many pairs an experiment has, and by how many points its treatments lead.
  struct Course {
    let pairs: Int, gain: Double
    var noise = 0.5
  }

  /// Every way a claim can stand, over and over.
  static let courses = [
    Course(pairs: 8, gain: 2.2), Course(pairs: 5, gain: 0.05, noise: 0.08), Course(pairs: 12, gain: 0.45),
    Course(pairs: 0, gain: 0),
    Course(pairs: 5, gain: -1.9), Course(pairs: 3, gain: 0.8), Course(pairs: 16, gain: 0.7),
  ]

  /// The experiments at reduced scale with their rows.
  static func entries() throws -> [SiteRecord.Entry] {
    let declared = allExperiments.declarations.experiments.filter { $0.scale == .reduced }
    return try declared.enumerated().map { place, experiment in
      let rows = MadeUpRecord(experiment, courses[place % courses.count], place: place).results
      return SiteRecord.Entry(
        report: try ExperimentReport(experiment, results: rows),
        folder: ResultsFolder(URL(filePath: "/nowhere"), experiment: experiment.name, scale: .reduced))
    }
  }

  private let experiment: Declaration, course: Course, place: Int

  private init(_ experiment: Declaration, _ course: Course, place: Int) {
    (self.experiment, self.course, self.place) = (experiment, course, place)
  }

  private var results: RecordedResults {
    if course.pairs == 0 { return RecordedResults() }
    var results = RecordedResults()
    let treatments = Set(experiment.claims.flatMap(\.comparisons).map(\.treatment))
    let compared = Set(experiment.claims.flatMap { $0.arms + $0.checks.flatMap(\.arms) })
    for (number, arm) in experiment.arms.enumerated()
    where compared.contains(arm.name) || arm.role == .reference {
      let first = experiment.claims.first { $0.arms.contains(arm.name) }?.firstSeed ?? 0
      let count = arm.role == .reference ? 1 : course.pairs
      for seed in (0..<UInt64(count)).map({ first + $0 }) {
        var draws = NormalDraws(seed: seed * 1_009 + UInt64(100 * place + number))
        let base = arm.plan.epochs == 0 ? 34.0 : arm.usesLabels ? 86.0 : 61.0 + Double(place)
        let gain = treatments.contains(arm.name) ? course.gain : 0
        add(arm, seed, level: base + gain + course.noise * draws.normal(), to: &results, &draws)
      }
    }
    return results
  }

  private func add(
    _ arm: DeclaredArm, _ seed: UInt64, level: Double, to results: inout RecordedResults,
    _ draws: inout NormalDraws
  ) {
    let manifest = manifest(arm, seed)
    let key = manifest.key
    let comparisons = experiment.claims.flatMap(\.comparisons)
    let measures = unique(
      comparisons.flatMap { [$0.measure, $0.baselineMeasure] } + [
        Measure(evaluation: "knn-v2", metric: "top1")
      ])
    for (number, measure) in measures.enumerated() where experiment.measures(arm.name, by: measure.evaluation)
    {
      results.scores.append(
        ScoreRow(
          key: key, evaluation: measure.evaluation, metric: measure.metric,
          value: (100 * (level - Double(number))).rounded() / 100, count: 10_000))
    }
    // What checks ask of the treatment's term.
    let terms = experiment.claims.flatMap(\.checks).compactMap { check -> (String, Bool)? in
      if case .term(let metric, let treatment, _, _) = check { return (metric, treatment == arm.name) }
      return nil
    }
    for epoch in 0...arm.plan.epochs {
      let share = Double(epoch) / Double(max(1, arm.plan.epochs))
      var observed = [
        ("monitor/knn", 30 + (level - 36) * (1 - exp(-3 * share)) + 0.3 * draws.normal()),
        ("monitor/effective-rank", 55 + 18 * share + draws.normal()), ("monitor/std", 0.4 + 0.1 * share),
      ]
      if epoch > 0 {
        observed += [
          ("loss", 4.2 + 2.6 * exp(-3 * share) - level / 200 + 0.02 * draws.normal()),
          ("learning-rate", 0.03),
        ]
      }
      if epoch > 0 { observed += terms.map { ($0.0, $0.1 ? 0.5 : 2.0) } }
      results.curves += observed.map {
        CurveRow(key: key, epoch: epoch, step: 195 * epoch, metric: $0.0, value: $0.1)
      }
    }
    results.manifests.append(manifest)
  }

  private func manifest(_ arm: DeclaredArm, _ seed: UInt64) -> RunManifest {
    let identity = RunIdentity(
      experiment: experiment.name, version: experiment.version, scale: .reduced, arm: arm.name, seed: seed,
      hyperparameters: arm.hyperparameters, plan: arm.plan, pretrainingClasses: arm.pretrainingClasses,
      inflation: arm.inflation, inflationDigest: arm.inflation == nil ? nil : "1f1a",
      dataset: experiment.dataset,
      dataDigest: "da7a00000000")
    var session = RunManifest.Session(
      start: Date(timeIntervalSince1970: 1_800_000_000),
      source: SourceState(commit: SampleRun.sourceCommit, changedFiles: []))
    (session.wallSeconds, session.cpuSeconds) = (812, 1_540)
    var phases = RunManifest.Phases()
    (phases.training, phases.waitingForData, phases.monitoring) = (690, 12, 31)
    phases.evaluations = ["linear-v2": 70, "knn-v2": 9]
    session.phases = phases
    return RunManifest(
      run: identity.digest, identity: identity,
      data: DataIdentity(name: experiment.dataset.name.rawValue, kind: "official", digest: "da7a00000000"),
      role: arm.role, usesLabels: arm.usesLabels, overrides: [], status: .finished,
      alarms: place == 2 && seed == 1
        ? [Alarm("the features' deviation fell to 0.004", epoch: 3, value: 0.004)] : [],
      sessions: [session],
      machine: Machine(
        processor: "Made-up CPU", instructionSet: "avx512_bf16", processorCount: 2, memoryBytes: 1 << 34,
        system: "Debian 12"),
      threads: 2, build: "debug", libraries: [:], steps: 195 * arm.plan.epochs,
      imagesSeen: 195 * arm.plan.epochs * arm.plan.batchSize,
      multiplyAdds: arm.plan.epochs * 5_200_000_000_000 * (1 + place % 3), peakMemoryBytes: 620_000_000)
  }
}
