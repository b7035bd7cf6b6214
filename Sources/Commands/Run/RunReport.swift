import Foundation
import Harness
import Reporting
import Tensors
import Vision

/// What a run says before it starts and after it ends.
struct RunReport {
  let found: ImageSource.Found
  let request: Runner.Request

  private var declared: Declaration { Declaration(found.experiment, scale: found.scale) }

  /// What is tested, on what, for how long, and what it can show.
  func introduction(_ source: SourceState) throws -> String {
    let type = type(of: found.experiment)
    let count = request.arms.count * request.seeds.count
    let seeds = request.seeds.map(String.init).joined(separator: ", ")
    let identity = found.images.identity
    var lines = [
      "\(type.name) (\(type.paper.citation))",
      "  claim   \(type.claim)",
      "  cost    \(type.cost)",
      "  scale   \(found.scale.rawValue)\(request.overrides.isEmpty ? "" : ", modified: enters no table")",
      "  runs    \(count): \(request.arms.map(\.name).joined(separator: ", ")), each with "
        + (request.seeds.count == 1 ? "seed \(seeds)" : "seeds \(seeds)"),
      "  images  \(found.images.pretraining.count) of \(identity.name) (\(identity.kind))",
    ]
    for source in Inflation.Source.allCases
    where request.arms.contains(where: { $0.inflation?.source == source }) {
      guard let added = found.images.identity(of: source) else { continue }
      lines.append(
        "  added   \(found.images.count(of: source)) from \(added.name) (\(source == .unused ? "unseen" : added.kind))"
      )
    }
    lines += [
      "  output  \(request.output.path)",
      "  threads \(request.threads)",
    ]
    if isHeadlineComplete && !identity.isOwn { lines.append("  power   \(try prospect)") }
    if identity.isOwn {
      lines.append(
        "  note    images of one's own: these runs enter no record, and no paper's table stands beside")
    }
    if let flaw = source.flaw, found.excuse == nil {
      lines.append("  note    \(flaw): these runs cannot be recorded")
    }
    return lines.joined(separator: "\n")
  }

  /// Every arm's numbers, the paper's beside them, and what the comparison shows.
  func conclusion(_ outcomes: [Runner.Outcome]) async throws -> String {
    let measured = try results(outcomes)
    if measured.scores.isEmpty {
      return found.images.own == nil
        ? "Nothing was measured."
        : "Nothing was measured: there are no classes. `\(Project.command) export RUN FILE.safetensors` gives the weights, "
          + "`\(Project.command) embed RUN IMAGES --out features.npy` features."
    }
    return try Report.render(
      declared, scores: measured.scores, manifests: measured.manifests,
      paperTables: Project.isHere && !found.images.identity.isOwn ? Project.tables : nil)
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

  private var isHeadlineComplete: Bool {
    let names = Set(request.arms.map(\.name))
    return found.experiment.headline.arms.allSatisfy(names.contains)
  }

  private var prospect: String {
    get throws {
      let name = type(of: found.experiment).name
      let folder = ResultsFolder(Project.results, experiment: name, scale: found.scale)
      let recorded = try RecordedResults(readingFrom: folder)
      return try Report.prospect(
        declared, seeds: request.seeds.count, recorded: recorded)
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
