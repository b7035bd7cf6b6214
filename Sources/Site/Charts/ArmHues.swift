import Claims
import Recipes
import Records

/// Which colour an arm has on the pages of its experiment: that of its part in the headline's comparison.
struct ArmHues {
  private let treatments: [String], baselines: [String], references: [String], others: [String]

  init(_ experiment: Declaration) {
    let headline = experiment.claims.first?.comparisons ?? []
    let treatments = unique(headline.map(\.treatment))
    let baselines = unique(headline.flatMap { $0.arms.dropLast() }).filter { !treatments.contains($0) }
    let references = experiment.arms.filter { $0.role == .reference }.map(\.name)
    self.treatments = treatments
    self.baselines = baselines.filter { !references.contains($0) }
    self.references = references
    others = experiment.arms.map(\.name).filter {
      !(treatments + baselines + references).contains($0)
    }
  }

  /// The colour, and which of several of that colour.
  func hue(of arm: String) -> (hue: Chart.Hue, order: Int) {
    for (hue, names) in [
      (Chart.Hue.treatment, treatments), (.baseline, baselines), (.reference, references), (.other, others),
    ] {
      if let place = names.firstIndex(of: arm) { return (hue, place) }
    }
    return (.other, others.count)
  }

  /// The arms that are told apart by colour, the headline's first.
  var told: [String] { baselines + treatments + references }
}
