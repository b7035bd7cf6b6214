import Claims
import Records
import Statistics

/// All methods on each data set, with what they took.
struct LeaderboardPage {
  private let record: SiteRecord

  init(_ record: SiteRecord) { self.record = record }

  var page: Page { Page(path: "leaderboard.html", title: "Leaderboard", main: main) }

  private struct Context {
    struct Board {
      let anchor: String, data: String, table: String, notes: [String], scatter: String?, matrix: String?,
        decisive: String
    }
    struct Line { let words: String, place: String, forest: String, number: String }
    let boards: [Board], isEmpty: Bool, leftOut: String?, lines: [Line], hasLines: Bool, scale: String
  }

  private var main: String {
    let boards = Leaderboard.all(record)
    let leftOut = Leaderboard.leftOut(record)
    let improvements = Improvements(record).lines
    let axis = Axis(0...1, from: ForestRow.inset, to: ForestRow.width - ForestRow.inset)
    return Self.template.render(
      Context(
        boards: boards.map(told), isEmpty: boards.isEmpty,
        leftOut: leftOut.isEmpty
          ? nil
          : "Left out, since what is on record is of an earlier version: \(Typography.list(leftOut)).",
        lines: improvements.map { line in
          Context.Line(
            words: "\(line.treatment) over \(line.baseline)",
            place: "\(line.measure.name) · \(line.experiments.joined(separator: ", "))",
            forest: Self.row(line.found).svg(on: axis), number: Self.told(line.found))
        }, hasLines: !improvements.isEmpty, scale: ForestRow.scale(axis)))
  }

  private static func row(_ found: ProbabilityOfImprovement) -> ForestRow {
    ForestRow(
      marks: [ForestRow.Mark(mean: found.value, interval: found.interval, title: told(found))],
      published: nil,
      margin: nil, zero: 0.5)
  }

  private static func told(_ found: ProbabilityOfImprovement) -> String {
    let interval = found.interval.map {
      " [\(Typography.number($0.lowerBound)), \(Typography.number($0.upperBound))]"
    }
    return Typography.number(found.value) + (interval ?? " (one run each)")
  }

  private func told(_ board: Leaderboard) -> Context.Board {
    let data =
      Typography.dataset(board.data) + (board.scale == .reduced ? "" : ", \(board.scale.rawValue) scale")
    var notes: [String] = []
    if board.entries.contains(where: { $0.otherPlan != nil }) {
      notes.append(
        "† trained by another plan, or another network, than most here; point at it for what differs.")
    }
    notes.append("References, in grey, are no methods to be ranked: untrained, or trained with labels.")
    if let images = board.sameImages {
      notes.append(
        "kNN at equal images: the monitor's accuracy, on training images, at its last look before or at \(Self.grouped(images)) "
          + "images, the most that every method here has seen.")
    }
    if !board.sharedSeeds.isEmpty {
      notes.append(
        "Rank: mean place by \(board.decisive?.name ?? "") among the \(board.compared.count) methods that claims compare, over "
          + "the \(Typography.count(board.sharedSeeds.count, "seed")) that all of them have; 1 is best.")
    }
    return Context.Board(
      anchor: data.slug, data: data, table: table(board).markup, notes: notes, scatter: scatter(board)?.svg,
      matrix: matrix(board)?.markup, decisive: board.decisive?.name ?? "")
  }

  // MARK: The parts of a board

  private func table(_ board: Leaderboard) -> HTMLTable {
    let (first, others) = (board.measures.prefix(1), board.measures.dropFirst())
    func heads(_ measures: some Sequence<Measure>) -> [HTMLTable.Head] {
      measures.map { .init(text: "\($0.name) (%)", isNumber: true) }
    }
    return HTMLTable(
      head: [.init(text: "#", isNumber: true), .init(text: "method"), .init(text: "of")] + heads(first)
        + ["rank", "kNN at equal images (%)", "images seen", "multiply-adds", "seeds"].map {
          .init(text: $0, isNumber: true)
        } + heads(others),
      rows: board.entries.enumerated().map { place, entry in
        let name =
          entry.otherPlan.map {
            Markup.escaped(entry.arm.name) + " "
              + Markup.element("abbr", ["title": "plan differs: \($0)"], "†")
          } ?? Markup.escaped(entry.arm.name)
        let beside: [HTMLTable.Cell] = [
          .init(entry.rank) { Typography.number($0, decimals: 1) }, Self.cell(entry.atSameImages),
          .init(entry.imagesSeen) { Axis.label($0.rounded()) }, .init(entry.multiplyAdds, Axis.label),
          .init("\(entry.seeds.count)"),
        ]
        return [
          .init("\(place + 1)"), .init(markup: name, key: entry.arm.name),
          .init(entry.source.title, to: entry.source.path),
        ] + first.map { Self.cell(entry.spread($0)) } + beside + others.map { Self.cell(entry.spread($0)) }
      }, quiet: Set(board.entries.indices.filter { !board.entries[$0].isMethod }))
  }

  private static func cell(_ spread: Spread?) -> HTMLTable.Cell {
    .init(
      spread.map { found in
        Typography.number(found.mean) + (found.deviation.map { " ± \(Typography.number($0))" } ?? "")
      } ?? "—", key: spread.map { "\($0.mean)" } ?? "")
  }

  private static func grouped(_ count: Int) -> String {
    let digits = Array(String(count))
    return digits.enumerated().map { place, digit in
      place > 0 && (digits.count - place).isMultiple(of: 3) ? ",\(digit)" : "\(digit)"
    }.joined()
  }

  /// What decides over the multiply-adds of pre-training; numbers are those of the table's lines.
  private func scatter(_ board: Leaderboard) -> Chart? {
    guard let decisive = board.decisive else { return nil }
    let points = board.entries.enumerated().compactMap { place, entry -> (Chart.Hue, Chart.Point)? in
      guard let work = entry.multiplyAdds, work > 0, let spread = entry.spread(decisive) else { return nil }
      let hue =
        entry.isMethod ? ArmHues(entry.source.report.experiment).hue(of: entry.arm.name).hue : .reference
      var point = Chart.Point(
        work, spread.mean,
        title:
          "\(place + 1) \(entry.arm.name) (\(entry.source.title)): \(Typography.number(spread.mean)) % after "
          + "\(Axis.label(work)) multiply-adds")
      point.label = "\(place + 1)"
      return (hue, point)
    }
    if points.isEmpty { return nil }
    let series = Chart.Hue.allCases.reversed().map { hue in
      Chart.Series(name: "", hue: hue, form: .dots, points: points.filter { $0.0 == hue }.map(\.1))
    }
    return Chart(
      title: "Accuracy against work", x: "multiply-adds of pre-training (logarithmic)",
      y: "\(decisive.name) (%)",
      series: series, form: .logarithmic, width: 620, height: 340)
  }

  /// How likely a run of the row's method is better than one of the column's.
  private func matrix(_ board: Leaderboard) -> HTMLTable? {
    let methods = board.compared
    if methods.count < 2 { return nil }
    func number(_ entry: Leaderboard.Entry) -> String {
      "\((board.entries.firstIndex { $0.arm.name == entry.arm.name && $0.source.path == entry.source.path } ?? 0) + 1)"
    }
    return HTMLTable(
      head: [.init(text: "method")]
        + methods.map { .init(text: number($0), isNumber: true, hint: "\($0.arm.name) (\($0.source.title))") },
      rows: methods.enumerated().map { place, own in
        [.init(markup: "\(number(own)) \(Markup.escaped(own.arm.name))", key: own.arm.name)]
          + methods.enumerated().map { other, theirs in
            guard place != other, let found = board.improvement(of: own, over: theirs) else {
              return .init("", key: "")
            }
            let interval = found.interval.map {
              Markup.element(
                "span", ["class": "place"],
                "<br>\(Typography.number($0.lowerBound)) to \(Typography.number($0.upperBound))")
            }
            return .init(markup: Typography.number(found.value) + (interval ?? ""), key: "\(found.value)")
          }
      })
  }

  private static let template = Template.template(
    """
    <section class="opening">
    <h1>Leaderboard</h1>
    <p class="lead">All methods on the same images, with what they took. Levels compare only within a table, and only where plans \
    agree; whether a gain holds is a question for paired runs, on the <a href="index.html">page of claims</a>.</p>
    {{#isEmpty}}<p class="notice">Nothing is on record at the code's versions yet, so there is no method to list. \
    <code>repro suite</code> trains what the claims lack, and <code>repro record</code> adds it.</p>{{/isEmpty}}
    {{#leftOut}}<p class="notice">{{leftOut}}</p>{{/leftOut}}
    </section>
    {{#boards}}<section id="{{anchor}}">
    <h2>{{data}}</h2>
    {{{table}}}
    {{#notes}}<p class="caption">{{.}}</p>
    {{/notes}}
    {{#scatter}}<h3>Accuracy against work</h3>
    <div class="scroll" tabindex="0">{{{scatter}}}</div>
    <p class="caption">{{decisive}} over multiply-adds of pre-training; numbers are those of the lines above.</p>{{/scatter}}
    {{#matrix}}<h3>Probability of improvement</h3>
    {{{matrix}}}
    <p class="caption">How likely a run of the row's method is better than one of the column's in {{decisive}}, and the middle 95 % \
    over runs drawn anew (2,000 stratified bootstrap draws). Runs are not paired here.</p>{{/matrix}}
    </section>
    {{/boards}}
    <section>
    <h2>Probability of improvement over all data sets</h2>
    {{#hasLines}}<div class="forest-plot">
    {{#lines}}<div class="claim"><p class="sentence">{{words}}</p><p class="place">{{place}}</p></div>
    <div class="effect">{{{forest}}}</div><div class="standing">{{number}}</div>
    {{/lines}}<div class="claim"></div><div class="effect">{{{scale}}}</div><div class="standing"></div></div>
    <p class="caption">The mean over data sets of the share of all pairs of runs in which the treatment is better, equal ones counting \
    half, with 95 % intervals by a stratified bootstrap over runs (Agarwal et al., NeurIPS 2021). The line is at one half. Few runs \
    make these intervals too short: verdicts do not rest on them.</p>{{/hasLines}}
    {{^hasLines}}<p class="empty-state">No two compared methods are on record yet.</p>{{/hasLines}}
    </section>
    """)
}
