import Claims
import Foundation
import Records

/// The runs on this machine: those under way with their curves, and a line for each other one.
package struct RunsPage {
  private let record: SiteRecord
  private let isLive: Bool

  init(_ record: SiteRecord, isLive: Bool = false) { (self.record, self.isLive) = (record, isLive) }

  /// The page as a server shows it, following its runs.
  package static func live(_ record: SiteRecord, stamp: String) -> String {
    RunsPage(record, isLive: true).page.html(stamp: stamp)
  }

  var page: Page {
    let text = Self.template.render(
      Context(isLive: isLive, content: Self.fragment(record.runs, below: record.runsFolder)))
    return Page(path: "runs.html", title: "Runs", main: text, scripts: isLive ? ["live.js"] : [])
  }

  private struct Context { let isLive: Bool, content: String }

  private struct Fragment {
    struct Card {
      let title: String, place: String, state: String, kind: String, done: Int, planned: Int, share: Int,
        times: String
      let alarms: [String], panels: [ExperimentPage.Named], hasPanels: Bool
      let failure: String?
    }
    let cards: [Card], isEmpty: Bool, hasCards: Bool, table: String?, folder: String
  }

  /// What a live page asks for again and again: the runs under `root` as they are now.
  package static func fragment(at root: URL) -> String { fragment(StoredRun.all(under: root), below: root) }

  private static func fragment(_ runs: [StoredRun], below root: URL) -> String {
    let open = runs.filter { [.running, .interrupted, .failed].contains($0.state) }
      .sorted { order($0) < order($1) }
    let others = runs.filter { run in !open.contains { $0.folder == run.folder } }
    return fragmentTemplate.render(
      Fragment(
        cards: open.compactMap { run in run.manifest.map { card(LiveRun(run, $0)) } }, isEmpty: runs.isEmpty,
        hasCards: !open.isEmpty, table: others.isEmpty ? nil : RunTable(others, below: root).table.markup,
        folder: root.lastPathComponent))
  }

  /// What a process works on comes first.
  private static func order(_ run: StoredRun) -> Int {
    switch run.state {
    case .running: 0
    case .failed: 1
    default: 2
    }
  }

  private static func card(_ run: LiveRun) -> Fragment.Card {
    let identity = run.manifest.identity
    let rows = run.curves
    let (done, planned) = run.progress(rows)
    let measured = unique(run.scores.map(\.evaluation))
    let times = [
      run.manifest.start.map { "begun \(LiveRun.time($0))" },
      run.lastWrite.map { "last written \(LiveRun.time($0))" },
      measured.isEmpty ? nil : "measured by \(Typography.list(measured))",
    ].compactMap(\.self)
    let panels = ["loss", CurveCharts.neighbours, MonitorMetric.rank].compactMap {
      metric -> ExperimentPage.Named? in
      let points = CurveCharts.overSeeds(rows.filter { $0.metric == metric })
      if points.isEmpty { return nil }
      let chart = Chart(
        title: CurveCharts.title(metric), x: "epoch", y: CurveCharts.title(metric),
        series: [Chart.Series(name: identity.arm, hue: .treatment, form: .line, points: points)],
        counts: true, width: 300, height: 190)
      return .init(name: chart.title, markup: chart.svg)
    }
    let isRunning = run.stored.state == .running
    return Fragment.Card(
      title: "\(identity.arm), seed \(identity.seed)",
      place: "\(identity.experiment), \(identity.scale.rawValue) scale · \(run.manifest.run)",
      state: run.stored.state.rawValue,
      kind: isRunning ? "held" : run.stored.state == .failed ? "void" : "open",
      done: done, planned: planned, share: planned == 0 ? 0 : 100 * done / planned,
      times: times.joined(separator: " · "),
      alarms: (run.manifest.alarms ?? []).map { "epoch \($0.epoch): \($0.text)" }, panels: panels,
      hasPanels: !panels.isEmpty, failure: run.manifest.failure)
  }

  private static let template = Template.template(
    """
    <section class="opening">
    <h1>Runs on this machine</h1>
    {{#isLive}}<p class="lead">This page follows them. <span id="pulse" class="place">reading…</span></p>{{/isLive}}
    {{^isLive}}<p class="lead">As they stood when the page was written; <code>repro report --serve</code> follows them.</p>{{/isLive}}
    </section>
    <div id="runs">{{{content}}}</div>
    """)

  private static let fragmentTemplate = Template.template(
    """
    {{#isEmpty}}<p class="empty-state">No run lies in the folder “{{folder}}”. <code>repro run NAME</code> makes some.</p>{{/isEmpty}}
    {{#hasCards}}<h2>Under way</h2>{{/hasCards}}
    {{#cards}}<section class="claim-card">
    <p class="kicker">{{place}}</p>
    <h3>{{title}} <span class="verdict {{kind}}">{{state}}</span></h3>
    <div class="progress" role="progressbar" aria-valuemin="0" aria-valuemax="{{planned}}" aria-valuenow="{{done}}">\
    <span style="width:{{share}}%"></span></div>
    <p class="place">epoch {{done}} of {{planned}} · {{times}}</p>
    {{#alarms}}<p class="notice">Alarm at {{.}}</p>{{/alarms}}
    {{#failure}}<p class="notice">{{failure}}</p>{{/failure}}
    {{#hasPanels}}<div class="panels">{{#panels}}<div><p class="panel-title">{{name}}</p>{{{markup}}}</div>{{/panels}}</div>{{/hasPanels}}
    {{^hasPanels}}<p class="empty-state">No epoch is done yet.</p>{{/hasPanels}}
    </section>{{/cards}}
    {{#table}}<h2>All others</h2>
    {{{table}}}{{/table}}
    """)
}
