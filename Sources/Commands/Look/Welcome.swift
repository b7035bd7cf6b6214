import Harness

/// What `repro` alone prints: where to begin.
struct Welcome {
  private let examples: [(command: String, meaning: String)]

  /// Names the main experiment of `catalogue`, or its first.
  init(_ catalogue: Catalogue, program: String = Project.command) {
    let names = catalogue.experiments.map { $0.name }
    let name = names.first { $0 == "co2-cifar10" } ?? names.first ?? "EXPERIMENT"
    examples = [
      ("\(name) --scale demo", "a minute, without data: does training work here?"),
      ("list", "the experiments, and what they claim"),
      ("show \(name)", "how a claim is judged and how it stands"),
      (name, "a real comparison: its hours are told before the first step"),
      ("doctor", "what is missing on this machine"), ("help", "every command"),
    ].map { ("\(program) \($0)", $1) }
  }

  /// The page, in lines of at most `width` columns.
  func lines(width: Int) -> [String] {
    let column = (examples.map(\.command.count).max() ?? 0) + 4
    let about =
      "repro trains what papers of self-supervised vision propose and what that is compared with, and says by "
      + "statistics fixed beforehand whether the published gain holds. Begin with one of these:"
    return Wrapping.lines(about, width: width) + [""]
      + examples.flatMap { Wrapping.entry("  \($0.command)", $0.meaning, column: column, width: width) }
  }
}
