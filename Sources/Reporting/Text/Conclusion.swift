import Claims
import Records
import Statistics

/// What runs came to, for a reader at a terminal: the verdict first, then a line for each arm.
public struct Conclusion: Sendable {
  /// How a line is meant.
  public enum Tone: Sendable {
    /// The claim held, did not, or nothing is decided; or the runs were no test.
    case held, failed, open, void
  }

  /// A line, and how it is meant where that deserves a colour.
  public struct Line: Sendable {
    /// The text, within the width asked for.
    public let text: String
    /// How it is meant; `nil` for most.
    public let tone: Tone?
  }

  /// The lines.
  public let lines: [Line]

  /// Says what `results` come to in lines of at most `width` columns; of a `demonstration`, whether it held. Throws
  /// `Incomparable` or `NotFinite`.
  public init(
    _ experiment: Declaration, results: RecordedResults, width: Int, demonstration: Demonstration? = nil
  ) throws {
    let report = try ExperimentReport(experiment, results: results)
    var lines: [Line] = []
    func add(_ text: String, tone: Tone? = nil, indent: Int = 0) {
      let wrapped = Wrapping.lines(text, width: width, indent: indent, first: indent)
      let margin = String(repeating: " ", count: indent)
      lines += wrapped.enumerated().map {
        Line(text: $0.offset == 0 ? margin + $0.element : $0.element, tone: tone)
      }
    }
    let outcome = try demonstration.flatMap { try DemonstrationOutcome($0, results: results) }
    if let demonstration, let outcome {
      let table = try Self.table(
        of: report,
        in: Comparison(
          demonstration.method, over: demonstration.floor, evaluation: outcome.evaluation,
          metric: outcome.metric))
      lines += table.lines(width: width).map { Line(text: $0, tone: nil) }
      lines.append(Line(text: "", tone: nil))
      add(outcome.sentence, tone: outcome.holds ? .held : .failed)
      self.lines = lines
      return
    }
    if results.isSynthetic || !experiment.scale.isAboutPapers {
      add(Self.disclaimer(of: experiment, results))
    } else {
      for judgement in report.judgements {
        add("\(judgement.verdict)", tone: Self.tone(of: judgement.verdict))
        add(judgement.claim.sentence, indent: 2)
        for phrase in judgement.phrases { add(phrase, indent: 2) }
        // No paper's number stands beside those of one's own images.
        if !results.scores.contains(where: { $0.key.data.hasPrefix("images:") }),
          let published = judgement.claim.published
        {
          add("published: \(Typography.difference(published.value)) (\(published.source))", indent: 2)
        }
      }
    }
    lines.append(Line(text: "", tone: nil))
    let headline = experiment.claims[0].comparisons[0]
    lines += try Self.table(of: report, in: headline).lines(width: width).map { Line(text: $0, tone: nil) }
    self.lines = lines
  }

  /// What stands in a verdict's place where runs say nothing of a paper.
  static func disclaimer(of experiment: Declaration, _ results: RecordedResults) -> String {
    let what = results.isSynthetic ? "Synthetic images" : "\(experiment.scale.rawValue.capitalized) scale"
    return "\(what): this shows that everything works, and nothing about the paper."
  }

  /// The arms in the measure of `headline`, and by how much they differ from its baseline, seed by seed.
  static func table(of report: ExperimentReport, in headline: Comparison) throws -> TextTable {
    let title =
      report.experiment.tables.flatMap(\.columns).first { $0.measure == headline.measure }?.title
      ?? headline.measure.name
    guard let summary = report.summary else {
      return TextTable(header: ["arm", title], rows: [], alignments: [.leading, .trailing])
    }
    let names = unique(report.experiment.arms.map(\.name) + summary.arms).filter(summary.arms.contains)
    let rows = try names.map { name in
      let difference =
        name == headline.baseline
        ? "" : try summary.pairing(name, over: headline.baseline, headline.measure).cell()
      return [name, try summary.cell(of: name, headline.measure) ?? "—", difference]
    }
    return TextTable(
      header: ["arm", "\(title) (%)", "over \(headline.baseline)"], rows: rows,
      alignments: [.leading, .trailing, .trailing])
  }
}

extension Conclusion {
  /// How a verdict is meant.
  public static func tone(of verdict: Verdict) -> Tone {
    switch verdict {
    case .ended(let ended, _) where ended.ending.isReproduced: .held
    case .ended(let ended, _) where ended.ending == .undecided: .open
    case .ended(let ended, _) where ended.ending == .identicalArms: .void
    case .ended: .failed
    case .notATest, .alarmed, .synthetic: .void
    case .unrecorded, .waiting, .goingOn: .open
    }
  }
}
