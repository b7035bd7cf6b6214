import Claims
import Foundation
import Recipes
import Records
import Reporting

/// Everything about one experiment: claims, plan, checks, verdicts, pairs, curves, pictures, cost and provenance.
struct ExperimentPage {
  let entry: SiteRecord.Entry
  let record: SiteRecord

  init(_ entry: SiteRecord.Entry, _ record: SiteRecord) { (self.entry, self.record) = (entry, record) }

  private var report: ExperimentReport { entry.report }
  private var experiment: Declaration { report.experiment }
  private var results: RecordedResults { report.results }
  private var hues: ArmHues { ArmHues(experiment) }

  /// The page. Throws what reading the published numbers throws.
  func page() throws -> Page {
    Page(path: entry.path, title: "\(entry.title): \(experiment.paper.title)", main: try main())
  }

  struct Named { let name: String, markup: String }

  private struct Context {
    let title: String, paper: String, citation: String, arXiv: String, images: String, scale: String,
      cost: String
    let version: Int, outdated: String?, dataNote: String?
    let claims: [ClaimSection]
    let legend: [Legend], curves: [Named], otherCurves: [Named], hasOtherCurves: Bool, hasCurves: Bool
    let tables: [Table], arms: String, compare: String
    let pictures: [Shown], hasPictures: Bool
    let costs: String?, provenance: String?, caption: String?
    let commands: String, local: String?
  }

  struct Legend { let name: String, kind: String }
  struct Table { let heading: String, markup: String, remark: String }
  struct Shown { let address: String, words: String }

  private func main() throws -> String {
    let curves = curves
    let metrics = curves.metrics
    func panels(_ names: [String]) -> [Named] {
      names.map { curves.chart($0) }.filter { !$0.series.isEmpty }.map {
        Named(name: $0.title, markup: $0.svg)
      }
    }
    let (first, others) = (panels(metrics.first), panels(metrics.others))
    let shown = pictures.map { Shown(address: "../" + $0.path, words: $0.words) }
    let arms = curves.arms.map { arm in
      let (hue, order) = hues.hue(of: arm)
      return Legend(name: arm, kind: hue.rawValue + (order > 0 ? " nth" : ""))
    }
    let cost = CostTable(experiment, results)
    return Self.template.render(
      Context(
        title: entry.title, paper: experiment.paper.title,
        citation: "\(experiment.paper.authors). \(experiment.paper.venue).", arXiv: experiment.paper.arXiv,
        images: images, scale: report.scale.rawValue, cost: experiment.cost, version: experiment.version,
        outdated: outdated, dataNote: report.dataNote.map(Markup.prose),
        claims: experiment.claims.indices.map { ClaimSection(entry, $0) },
        legend: arms, curves: first, otherCurves: others, hasOtherCurves: !others.isEmpty,
        hasCurves: !first.isEmpty || !others.isEmpty, tables: try tables(),
        arms: try report.armsTable().map { HTMLTable($0).markup } ?? declaredArms.markup,
        compare: compare, pictures: shown, hasPictures: !shown.isEmpty,
        costs: cost.isEmpty ? nil : cost.table.markup,
        provenance: results.manifests.isEmpty ? nil : ProvenanceTable(results).table.markup,
        caption: report.caption.map(Markup.prose), commands: commands, local: local))
  }

  private var images: String {
    results.scores.first.map { Typography.dataset($0.key.data) }
      ?? Typography.dataset(experiment.dataset.name.rawValue)
  }

  private var outdated: String? {
    guard !entry.isOfThisVersion else { return nil }
    let versions = unique(results.manifests.map { "\($0.identity.version)" }).sorted()
    return "What is on record is of version \(versions.joined(separator: ", ")), and the code is at version "
      + "\(experiment.version): these rows answered another question and give no verdict here. They are shown as they are."
  }

  private var curves: CurveCharts {
    CurveCharts(
      rows: results.curves, hues: hues, labelled: Set(experiment.arms.filter(\.usesLabels).map(\.name)))
  }

  private func tables() throws -> [Table] {
    var all: [Table] = []
    if let paperTables = record.paperTables {
      all += try experiment.tables.map { table in
        Table(
          heading: table.title,
          markup: HTMLTable(try table.render(report.summary, of: experiment, paperTables: paperTables))
            .markup,
          remark: Markup.prose(
            try table.remark(on: experiment.claims, scale: report.scale, paperTables: paperTables)))
      }
    }
    return try all
      + experiment.grids.map { grid in
        Table(
          heading: grid.title, markup: HTMLTable(try grid.table(report.summary, of: experiment)).markup,
          remark: Markup.prose(try grid.remark(report.summary)))
      }
  }

  /// The arms as they will be run, where nothing is on record.
  private var declaredArms: HTMLTable {
    HTMLTable(
      head: [
        .init(text: "arm"), .init(text: "part"), .init(text: "epochs", isNumber: true),
        .init(text: "batch", isNumber: true), .init(text: "labels"),
      ],
      rows: experiment.arms.map { arm in
        [
          .init(arm.name), .init(arm.role.rawValue),
          arm.plan.epochs == 0 ? .init("not trained", key: "0") : .init("\(arm.plan.epochs)"),
          .init("\(arm.plan.batchSize)"), .init(arm.usesLabels ? "used" : "—"),
        ]
      })
  }

  /// Where the headline's arms lie over each other.
  private var compare: String {
    let headline = experiment.claims.first?.comparisons.first
    return ComparePage.address(
      entry, headline?.baseline ?? "", headline?.treatment ?? headline?.baseline ?? "", from: "../")
  }

  /// The record's pictures, with where they go.
  var pictures: [(path: String, file: URL, words: String)] {
    let seed = experiment.claims.first?.firstSeed ?? 0
    return RecordedPicture.all(of: results.manifests, seed: seed, in: entry.folder).map { arm, name in
      let title = name.replacing("-of-\(arm.slug)-seed-\(seed).png", with: "").replacing("-", with: " ")
      return (
        "pictures/\(report.name)-\(report.scale.rawValue)/\(name)",
        entry.folder.figures.appending(component: name),
        "\(title.capitalizedFirst): \(arm), seed \(seed)"
      )
    }
  }

  private var commands: String {
    let scale = report.scale == .reduced ? "" : " --scale \(report.scale.rawValue)"
    let first = experiment.claims.first
    let seeds = first.map { "\($0.firstSeed)...\($0.firstSeed + UInt64($0.looks.counts[0]) - 1)" } ?? "0...4"
    return """
      swift run repro run \(report.name)\(scale) --seeds \(seeds)   # the pairs of the first look
      swift run repro suite \(report.name)\(scale)   # what the next look lacks, whatever is there
      swift run repro record \(report.name)\(scale)   # adds finished runs to Results/
      """
  }

  /// Runs on this machine that the record does not have.
  private var local: String? {
    let known = Set(results.manifests.map(\.run))
    let runs = record.runs.filter { stored in
      guard let manifest = stored.manifest else { return false }
      return manifest.identity.experiment == report.name && manifest.identity.scale == report.scale
        && !known.contains(manifest.run)
    }
    return runs.isEmpty ? nil : RunTable(runs, below: record.runsFolder).table.markup
  }
}
