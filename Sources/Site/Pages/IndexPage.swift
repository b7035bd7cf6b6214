import Claims
import Records
import Reporting
import Statistics

/// The first page: every claim with its verdict.
struct IndexPage {
  private let entries: [SiteRecord.Entry]

  init(_ record: SiteRecord) { entries = record.entries }

  var page: Page { Page(path: "index.html", title: "repro: published gains, tried again", main: main) }

  /// A claim and how it stands.
  private struct Line {
    let entry: SiteRecord.Entry, claim: Claim, judgement: Judgement?
    /// Whether rows of an earlier version are all there is.
    var isOutdated: Bool { !entry.isOfThisVersion }

    var verdict: Verdict { judgement?.verdict ?? .unrecorded }
    var pairs: Int { judgement?.findings.map(\.differences.count).min() ?? 0 }

    var row: ForestRow {
      let marks = (judgement?.findings ?? []).compactMap { finding -> ForestRow.Mark? in
        guard let difference = finding.difference else { return nil }
        let interval = finding.look?.direction
        let told = interval.map { ", 95 % interval \(Typography.interval($0))" } ?? ", no look reached yet"
        return ForestRow.Mark(
          mean: finding.look?.mean ?? difference.spread.mean, interval: interval,
          title: "\(finding.comparison.titles.treatment) over \(finding.comparison.titles.baseline): "
            + "\(Typography.difference(finding.look?.mean ?? difference.spread.mean)) points\(told)")
      }
      return ForestRow(marks: marks, published: claim.published?.value, margin: claim.margin)
    }
  }

  private var lines: [Line] {
    entries.flatMap { entry in
      entry.report.experiment.claims.enumerated().map { place, claim in
        Line(entry: entry, claim: claim, judgement: entry.judgement(place))
      }
    }
  }

  private struct Context {
    struct Count { let number: Int, words: String, sign: String, kind: String }
    struct Row {
      let address: String, sentence: String, place: String, verdict: String, note: String, forest: String
    }
    struct Group { let paper: String, citation: String, rows: [Row] }
    let claims: String, papers: String, counts: [Count], groups: [Group], scale: String, glance: String
    let isEmpty: Bool
  }

  private var main: String {
    let lines = lines
    let rows = lines.map(\.row)
    let axis = ForestRow.axis(over: rows, atLeast: -2...2)
    let papers = unique(entries.map { $0.report.experiment.paper.folder })
    let groups = papers.map { folder -> Context.Group in
      let own = zip(lines, rows).filter { $0.0.entry.report.experiment.paper.folder == folder }
      let paper = own[0].0.entry.report.experiment.paper
      return Context.Group(
        paper: paper.title, citation: paper.shortCitation,
        rows: own.map { line, row in
          Context.Row(
            address: line.entry.path, sentence: line.claim.sentence,
            place: "\(line.entry.title) · \(Self.images(line))",
            verdict: VerdictMark(line.verdict).markup(line.verdict.short), note: Self.note(line),
            forest: row.svg(on: axis))
        })
    }
    let counts = VerdictMark.allCases.map { mark in
      Context.Count(
        number: lines.count { VerdictMark($0.verdict) == mark }, words: mark.words, sign: mark.sign,
        kind: mark.rawValue)
    }
    return Self.template.render(
      Context(
        claims: Typography.count(lines.count, "claim"), papers: Typography.count(papers.count, "paper"),
        counts: counts, groups: groups, scale: ForestRow.scale(axis), glance: glance(lines).markup,
        isEmpty: lines.allSatisfy { $0.pairs == 0 }))
  }

  private static func images(_ line: Line) -> String {
    line.judgement.flatMap { $0.dataset.isEmpty ? nil : $0.dataset }
      ?? Typography.dataset(line.entry.report.experiment.dataset.name.rawValue)
  }

  private static func note(_ line: Line) -> String {
    if line.isOutdated { return "rows of an earlier version only" }
    return "\(line.pairs) of \(Typography.count(line.claim.looks.last, "pair"))"
  }

  /// The same in numbers.
  private func glance(_ lines: [Line]) -> HTMLTable {
    HTMLTable(
      head: [
        .init(text: "paper"), .init(text: "claim"), .init(text: "on"),
        .init(text: "published", isNumber: true),
        .init(text: "ours", isNumber: true), .init(text: "95 % interval", isNumber: true),
        .init(text: "pairs", isNumber: true), .init(text: "verdict"),
      ],
      rows: lines.map { line in
        let found = line.judgement?.findings.filter { $0.difference != nil } ?? []
        func each(_ text: (Finding) -> String?) -> String {
          let told = found.compactMap(text)
          return told.isEmpty ? "—" : told.map { Markup.escaped($0) }.joined(separator: "<br>")
        }
        let mean = found.first?.difference?.spread.mean
        return [
          .init(line.entry.report.experiment.paper.shortCitation),
          .init(
            markup: Markup.escaped(line.claim.sentence) + " "
              + Markup.element(
                "a", ["href": line.entry.path, "class": "quiet"], Markup.escaped(line.entry.title)),
            key: line.claim.sentence),
          .init(Self.images(line)), .init(line.claim.published?.value) { Typography.difference($0) },
          .init(
            markup: each { finding in finding.difference.map { Typography.difference($0.spread.mean) } },
            key: mean.map { "\($0)" } ?? ""),
          .init(
            markup: each { finding in
              finding.look.map { look in
                Typography.interval(look.direction)
                  + (look.pairs == finding.differences.count ? "" : " at \(look.pairs)")
              }
            }, key: found.first?.look.map { "\($0.direction.lowerBound)" } ?? ""),
          .init("\(line.pairs) of \(line.claim.looks.last)", key: "\(line.pairs)"),
          .init(markup: VerdictMark(line.verdict).markup(line.verdict.short), key: line.verdict.short),
        ]
      })
  }

  private static let template = Template.template(
    """
    <section class="opening">
    <h1>Do published gains hold?</h1>
    <p class="lead">{{claims}} of {{papers}}, each tried with paired runs and judged by a rule that was fixed before the first \
    of them.</p>
    <ul class="counts">{{#counts}}<li class="{{kind}}"><b>{{number}}</b> <span class="sign" aria-hidden="true">{{sign}}</span> \
    {{words}}</li>{{/counts}}</ul>
    {{#isEmpty}}<p class="notice">No pair of runs is on record yet for any of these claims. Diamonds show what was published; \
    ours will stand beside them.</p>{{/isEmpty}}
    </section>
    <section>
    <h2>Every claim</h2>
    <ul class="legend"><li><span class="key dot treatment"></span>ours, with the 95 % interval of the newest look</li>\
    <li><span class="key published"></span>published</li><li><span class="key margin"></span>margin within which arms count \
    as equal</li></ul>
    <div class="forest-plot">
    {{#groups}}<div class="paper"><h3>{{paper}}</h3><p>{{citation}}</p></div>
    {{#rows}}<div class="claim"><p class="sentence"><a href="{{address}}">{{sentence}}</a></p><p class="place">{{place}}</p></div>
    <div class="effect">{{{forest}}}</div>
    <div class="standing">{{{verdict}}}<span class="place">{{note}}</span></div>
    {{/rows}}{{/groups}}<div class="claim"></div><div class="effect">{{{scale}}}</div><div class="standing"></div>
    </div>
    <p class="caption">Treatment minus baseline in points, on an axis that is stretched near zero (asinh). Published numbers were \
    mostly measured on other images with larger networks: directions are compared, not sizes. An open circle has no interval yet, \
    since its first look is not reached.</p>
    </section>
    <section>
    <h2>Results at a glance</h2>
    {{{glance}}}
    <p class="caption">A click on a column's head sorts by it. How verdicts are made: Documentation/Verdicts.md of the repository.</p>
    </section>
    """)
}
