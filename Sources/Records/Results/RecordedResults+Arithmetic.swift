import Recipes

extension RecordedResults {
  /// What stands beside runs of `version` computed in `precision` once these are on record: how many others were computed in
  /// other numbers, and what follows; `nil` where none were.
  package func arithmetic(beside precision: Precision, version: Int) -> String? {
    let others = manifests.filter {
      $0.identity.version == version && $0.identity.plan.precision != precision && $0.steps > 0
    }
    if others.isEmpty { return nil }
    let names = Set(others.map(\.identity.plan.precision.rawValue)).sorted().joined(separator: " and ")
    return "\(others.count == 1 ? "1 run" : "\(others.count) runs") on record computed in \(names), these in "
      + "\(precision.rawValue): seeds of their own can be added, as both runs of a pair agree, and tables say which seed has "
      + "which; a seed that is on record cannot be added again, nor another arm of it be compared with it"
  }
}
