import Foundation
import Harness
import Pretraining
import Reporting

/// Shows how the runs go on: a line that is drawn over itself on a terminal, one line per epoch elsewhere.
final class ProgressPrinter {
  private let imagesPerEpoch: Int
  private let runs: Runner.Request
  private var current: PlannedRun?
  /// What the terms of its loss are held against.
  private var levels: [LossLevel] = []
  private var title = ""
  private var isDiskTold = false
  private var epochStart = ContinuousClock.now
  private var stepsInEpoch = 0
  /// How long the epoch's steps waited for their images.
  private var secondsWaited = 0.0
  private var imagesPerSecond: Double?
  private var drawn = ContinuousClock.now - .seconds(1)
  private var finishedRuns = 0
  /// When the last epoch ended, and what came after it in the runs that are finished: measuring takes its time too.
  private var trainingEnd = ContinuousClock.now
  private var secondsAfterTraining: [Double] = []

  init(imagesPerEpoch: Int, runs: Runner.Request) {
    self.imagesPerEpoch = imagesPerEpoch
    self.runs = runs
  }

  /// Shows one event.
  func show(_ event: RunEvent) {
    switch event {
    case .kept(let run, _):
      finishedRuns += 1
      line("\(name(of: run)): finished before, kept (\(run.folder.url.path))")
    case .began(let run, let number, let count, let resumedAt): begin(run, number, count, resumedAt)
    case .takes(let need): tell(need)
    case .expects(let levels): expect(levels)
    case .prepared(let report): prepare(report)
    case .stepped(let report): step(report)
    case .endedEpoch(let progress, let rows): endEpoch(progress, rows)
    case .alarmed(let alarm): Console.warning(alarm.text)
    case .diverged(_, let divergence):
      Console.warning("\(title): \(divergence.text)")
    case .measuring(let evaluation): Console.draw("\(title)  measuring \(evaluation) …")
    case .measured(let evaluation, let scores):
      let numbers = scores.map { score in
        score.metric == "iterations"
          ? "\(Int(score.value)) iterations" : "\(score.metric) \(String(format: "%.2f", score.value))"
      }
      line("\(title)  \(evaluation): \(numbers.joined(separator: ", "))")
    case .finished:
      finishedRuns += 1
      secondsAfterTraining.append(seconds(since: trainingEnd))
    case .failed(_, let reason):
      finishedRuns += 1
      Console.error("\(title): \(reason)")
    }
  }

  private func name(of run: PlannedRun) -> String { "\(run.arm.name), seed \(run.key.seed)" }

  private func begin(_ run: PlannedRun, _ number: Int, _ count: Int, _ resumedAt: TrainingProgress?) {
    current = run
    levels = []
    trainingEnd = .now
    imagesPerSecond = nil
    title = "[\(number)/\(count)] \(name(of: run))"
    if let resumedAt, resumedAt.step < resumedAt.steps {
      line("\(title): goes on after step \(resumedAt.step) of \(resumedAt.steps)")
    } else if !Console.isTerminal && resumedAt == nil {
      line("\(title): begins")
    }
    startEpoch()
  }

  /// Says before the first training what all of them leave on disk.
  private func tell(_ need: DiskNeed) {
    if isDiskTold { return }
    isDiskTold = true
    let count = runs.seeds.count * runs.arms.count { $0.plan.epochs > 0 }
    line("disk: \(need.text(runs: count))")
  }

  /// Says once what the loss's terms are held against; those of an epoch's line are told there again.
  private func expect(_ levels: [LossLevel]) {
    self.levels = levels
    for level in levels {
      let chance = level.chance.map { "is \(decimals($0)) while features tell nothing" }
      let bounds = level.bounds.map {
        "lies within \(decimals($0.lowerBound)) … \(decimals($0.upperBound))"
      }
      line(
        "\(title)  the \(level.term) loss \([chance, bounds].compactMap(\.self).joined(separator: " and "))")
    }
  }

  /// At which values the terms among `rows` would tell nothing.
  private func chances(_ rows: [CurveRow]) -> [String] {
    let found = levels.filter { level in
      level.chance != nil && rows.contains { $0.metric == "loss/\(level.term)" }
    }
    return found.map { level in
      "(\(found.count == 1 ? "" : "\(level.term) ")chance \(decimals(level.chance!)))"
    }
  }

  private func startEpoch() {
    epochStart = .now
    stepsInEpoch = 0
    secondsWaited = 0
  }

  private func prepare(_ report: Preparation.Report) {
    let progress = report.progress
    let part = progress.epochs > 0 ? "  epoch \(progress.epoch)/\(progress.epochs)" : ""
    if !report.metrics.isEmpty {
      let shown = report.metrics.map { "\($0.name) \(decimals($0.value))" }
      line("\(title)  \(report.stage)\(part)  \(shown.joined(separator: "  "))")
      startEpoch()
    } else if Console.isTerminal, seconds(since: drawn) > 0.1 {
      drawn = .now
      let percent = progress.steps == 0 ? 0 : 100 * progress.step / progress.steps
      Console.draw("\(title)  \(report.stage)  \(percent) %")
    }
  }

  private func step(_ report: StepReport) {
    guard let run = current else { return }
    stepsInEpoch += 1
    secondsWaited += report.secondsForViews
    let elapsed = seconds(since: epochStart)
    if elapsed > 0 { imagesPerSecond = Double(stepsInEpoch * run.identity.plan.batchSize) / elapsed }
    guard Console.isTerminal, seconds(since: drawn) > 0.1 else { return }
    drawn = .now
    let progress = report.progress
    let percent = progress.steps == 0 ? 0 : 100 * progress.step / progress.steps
    let known = levels.compactMap(\.chance)
    let chance = known.count == 1 ? " (chance \(decimals(known[0])))" : ""
    let parts = [
      (title, 0), ("epoch \(min(progress.epoch + 1, progress.epochs))/\(progress.epochs)", 0),
      ("\(percent) %", 2), ("loss \(decimals(Double(report.loss)))\(chance)", 0), (remaining(progress), 1),
      (speed, 3), (waiting, 4),
    ]
    Console.draw(Wrapping.fitted(parts, width: Console.progressWidth))
  }

  private func endEpoch(_ progress: TrainingProgress, _ rows: [CurveRow]) {
    defer { startEpoch() }
    trainingEnd = .now
    guard progress.epoch > 0 else { return }
    let losses = rows.filter { $0.metric == "loss" }.map { "loss \(decimals($0.value))" } + chances(rows)
    let looks = rows.filter { $0.metric.hasPrefix(MonitorMetric.prefix) }.map { row in
      let name = row.metric.replacing(MonitorMetric.prefix, with: "")
      return (text: "\(name) \(decimals(row.value))", rank: name == "knn" ? 2 : 6)
    }
    let parts =
      [(title, 0), ("epoch \(progress.epoch)/\(progress.epochs)", 0), (losses.joined(separator: " "), 0)]
      + looks
      + [
        (remaining(progress), 1), (speed, 3), (waiting, 4), (bounds(rows).joined(separator: "  "), 5),
      ]
    // What is left out here for want of room stands in curves.csv.
    line(Wrapping.fitted(parts, width: Console.progressWidth))
  }

  /// Which part of the epoch so far was spent on waiting for images.
  private var waiting: String {
    let elapsed = seconds(since: epochStart)
    guard stepsInEpoch > 0, elapsed > 0 else { return "" }
    return "data \(Int((100 * min(1, secondsWaited / elapsed)).rounded())) %"
  }

  /// Between which values a loss could lie, where a method tells.
  private func bounds(_ rows: [CurveRow]) -> [String] {
    func value(_ end: String) -> (name: Substring, value: Double)? {
      let prefix = "observed/\(end)-"
      return rows.last { $0.metric.hasPrefix(prefix) }.map { ($0.metric.dropFirst(prefix.count), $0.value) }
    }
    guard let low = value("lowest"), let high = value("highest"), low.name == high.name else { return [] }
    return ["\(low.name) within \(decimals(low.value)) … \(decimals(high.value))"]
  }

  private var speed: String { imagesPerSecond.map { "\(Int($0)) img/s" } ?? "" }

  /// The time that is left for this run's training, and for all runs if each goes at its speed and is measured for as
  /// long as those before it; before the first is measured, for all training.
  private func remaining(_ progress: TrainingProgress) -> String {
    guard let run = current, let speed = imagesPerSecond, speed > 0 else { return "" }
    let here = Double((progress.steps - progress.step) * run.identity.plan.batchSize) / speed
    let waiting = runs.seeds.flatMap { _ in runs.arms }.dropFirst(finishedRuns + 1)
    let later = waiting.reduce(0.0) {
      $0 + Double($1.plan.epochs * ($1.plan.imagesPerEpoch ?? imagesPerEpoch)) / speed
    }
    let measured = secondsAfterTraining
    let measuring = measured.isEmpty ? 0 : measured.reduce(0, +) / Double(measured.count)
    let whole = here + later + measuring * Double(waiting.count + 1)
    let all =
      waiting.isEmpty ? "" : ", all\(measured.isEmpty ? " training" : "") about \(clock(whole))"
    return "ETA \(clock(here))\(all)"
  }

  private func clock(_ seconds: Double) -> String {
    let total = Int(seconds.rounded())
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return total < 3_600
      ? "\(total / 60):\(two(total % 60))" : "\(total / 3_600):\(two(total / 60 % 60)):\(two(total % 60))"
  }

  private func decimals(_ value: Double) -> String {
    String(format: "%.4g", value)
  }

  private func seconds(since start: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - start) / .seconds(1)
  }

  private func line(_ text: String) {
    Console.note(text.trimmingCharacters(in: .whitespaces))
  }
}
