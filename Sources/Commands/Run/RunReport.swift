import Foundation
import Harness
import Reporting
import Tensors
import Vision

/// What a run says before it starts and after it ends.
struct RunReport {
  let found: ImageSource.Found
  let request: Runner.Request

  /// What the experiment declares at the scale that is run.
  var declared: Declaration { Declaration(found.experiment, scale: found.scale) }

  /// What is tested, on what, for how long, and what it can show, in lines of at most `width` columns.
  func introduction(_ source: SourceState, width: Int = Console.textWidth) throws -> String {
    let type = type(of: found.experiment)
    let count = request.arms.count * request.seeds.count
    let seeds = request.seeds.map(String.init).joined(separator: ", ")
    let identity = found.images.identity
    var lines = [
      ("claim", type.claim), ("cost", found.scale.cost ?? type.cost),
      ("scale", "\(found.scale.rawValue)\(request.overrides.isEmpty ? "" : ", modified: enters no table")"),
      (
        "runs",
        "\(count): \(request.arms.map(\.name).joined(separator: ", ")), \(request.arms.count == 1 ? "" : "each ")with "
          + (request.seeds.count == 1 ? "seed \(seeds)" : "seeds \(seeds)")
      ),
      ("images", "\(found.images.pretraining.count) of \(identity.name) (\(identity.kind))"),
    ]
    for source in Inflation.Source.allCases
    where request.arms.contains(where: { $0.inflation?.source == source }) {
      guard let added = found.images.identity(of: source) else { continue }
      let kind = source == .unused ? "unseen" : added.kind
      lines.append(("added", "\(found.images.count(of: source)) from \(added.name) (\(kind))"))
    }
    lines += [("output", request.output.path), ("threads", "\(request.threads)")]
    var arithmetic: [String] = []
    if isAboutThePaper && !identity.isOwn {
      let recorded = try recorded()
      if let time = hours(recorded) { lines.append(("time", time)) }
      if isHeadlineComplete {
        lines.append(
          ("power", try Report.prospect(declared, seeds: request.seeds.count, recorded: recorded)))
      }
      arithmetic = otherArithmetic(than: recorded)
    }
    if identity.isOwn {
      lines.append(
        ("note", "images of one's own: these runs enter no record, and no paper's table stands beside"))
    }
    lines += arithmetic.map { ("note", $0) }
    if found.scale == .demo && !identity.isOwn {
      lines.append(("note", "the suite draws these images: this shows whether training works here, no more"))
    } else if let flaw = source.flaw, found.excuse == nil {
      lines.append(("note", "\(flaw): these runs cannot be recorded"))
    }
    let title = Wrapping.lines("\(type.name) (\(type.paper.citation))", width: width, indent: 2)
    return (title + lines.flatMap { Wrapping.entry("  \($0)", $1, column: 10, width: width) })
      .joined(separator: "\n")
  }

  /// Prints the verdict and a line for each arm, or every number with the paper's beside it as Markdown.
  func conclude(_ outcomes: [Runner.Outcome], isFull: Bool) throws {
    let measured = try results(outcomes)
    if measured.scores.isEmpty {
      return Console.result(
        found.images.own == nil
          ? "Nothing was measured."
          : "Nothing was measured: there are no classes. `\(Project.command) export RUN FILE.safetensors` gives the weights, "
            + "`\(Project.command) embed RUN IMAGES --out features.npy` features.")
    }
    if isFull {
      Console.result(
        try Report.render(
          declared, scores: measured.scores, manifests: measured.manifests,
          paperTables: Project.isHere && !found.images.identity.isOwn ? Project.tables : nil))
      if let outcome = try demonstrated(measured) { Console.result(outcome.sentence) }
      return
    }
    let conclusion = try Conclusion(
      declared, results: measured, width: Console.textWidth, demonstration: demonstration)
    for line in conclusion.lines {
      Console.result(Console.toned(line.text, line.tone))
    }
    if demonstration != nil { return }
    let count = Set(measured.scores.map { "\($0.evaluation) \($0.metric)" }).count
    Console.note("\(Typography.count(count, "measure")) in all: the same command with --full")
  }

  /// The runs with their numbers, and what they say of the claims.
  func answer(_ outcomes: [Runner.Outcome]) throws -> RunsAnswer {
    let measured = try results(outcomes)
    let judgements = measured.isEmpty ? [] : try Report.judgements(declared, results: measured)
    let claims = isAboutThePaper ? ClaimAnswer.answers(declared.claims, judgements) : []
    return RunsAnswer(
      experiment: declared.name, scale: found.scale.rawValue,
      runs: try outcomes.map { RunAnswer($0.manifest, scores: try $0.run.folder.measuredScores()) },
      claims: claims,
      demonstration: try demonstrated(measured))
  }

  /// What the runs have taken of time and memory, in one line.
  func usage(_ outcomes: [Runner.Outcome]) -> String {
    let manifests = outcomes.map(\.manifest)
    let seconds = manifests.reduce(0) { $0 + $1.wallSeconds }
    let peak = manifests.map(\.peakMemoryBytes).max() ?? 0
    let minutes = String(format: seconds < 90 ? "%.0f s" : "%.1f min", seconds < 90 ? seconds : seconds / 60)
    return
      "\(Typography.count(manifests.count, "run")) took \(minutes) and at most \(DiskUse.text(peak)) of memory"
  }

  /// Draws the figures of these runs beside them.
  func drawFigures(_ outcomes: [Runner.Outcome]) async {
    guard let folder = figureFolder(outcomes) else { return }
    do {
      let pictures = try await Figures.plot(
        declared, try results(outcomes), into: folder)
      if !pictures.isEmpty { Console.note("figures: \(pictures.map(\.path).joined(separator: " "))") }
    } catch {
      Console.note("figures were skipped: \(error)")
    }
  }

  /// What these runs have to show; `nil` unless they are to demonstrate that training works.
  private var demonstration: Demonstration? {
    found.scale == .demo && found.images.own == nil ? found.experiment.demonstration : nil
  }

  private func demonstrated(_ results: RecordedResults) throws -> DemonstrationOutcome? {
    try demonstration.flatMap { try DemonstrationOutcome($0, results: results) }
  }

  private var isHeadlineComplete: Bool {
    let names = Set(request.arms.map(\.name))
    return found.experiment.headline.arms.allSatisfy(names.contains)
  }

  /// Whether these runs say anything about the paper.
  private var isAboutThePaper: Bool { found.scale.isAboutPapers && found.excuse == nil }

  /// What is on record of the experiment at this scale.
  private func recorded() throws -> RecordedResults {
    try RecordedResults(
      readingFrom: ResultsFolder(Project.results, experiment: declared.name, scale: found.scale))
  }

  /// How long such runs took on record.
  private func hours(_ recorded: RecordedResults) -> String? {
    Report.hours(arms: request.arms.map(\.name), seeds: request.seeds.count, recorded: recorded)
  }

  /// What the record's runs were computed in, where these will compute in other numbers.
  private func otherArithmetic(than recorded: RecordedResults) -> [String] {
    guard request.overrides.isEmpty else { return [] }
    let version = type(of: found.experiment).version
    let precisions = Set(request.arms.filter { $0.plan.epochs > 0 }.map(\.plan.precision.resolved))
    return precisions.sorted { $0.rawValue < $1.rawValue }.compactMap {
      recorded.arithmetic(beside: $0, version: version)
    }
  }

  private func results(_ outcomes: [Runner.Outcome]) throws -> RecordedResults {
    let finished = outcomes.filter(\.manifest.isFinished)
    return RecordedResults(
      scores: try finished.flatMap { try $0.run.folder.measuredScores() },
      curves: try finished.flatMap { try CurveRow.read(from: $0.run.folder.curves) },
      manifests: finished.map(\.manifest))
  }

  /// `figures` beside the folders of the arms.
  private func figureFolder(_ outcomes: [Runner.Outcome]) -> URL? {
    outcomes.first?.run.folder.url.deletingLastPathComponent().deletingLastPathComponent()
      .appending(component: "figures")
  }
}
