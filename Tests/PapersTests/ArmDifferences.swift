import Testing

@testable import Harness

extension Experiment {
  /// The arms by their names.
  var armsByName: [String: Arm] { Dictionary(uniqueKeysWithValues: arms.map { ($0.name, $0) }) }
}

extension Experiment {
  /// Traces what claims, gates, checks and the grid name to arms, evaluations and constants; the grid's recipe to its middle.
  ///
  /// Every configuration of the grid has to be one that the arm may have on so many images, for the whole horizon and for
  /// the grid's share of it.
  func checkDeclarations(imageCount: Int = .max) throws {
    let arms = armsByName
    func check(_ comparison: Comparison) throws {
      for name in comparison.arms {
        let arm = try #require(arms[name], "there is no arm “\(name)”")
        #expect(
          evaluations(of: arm).contains { $0.name == comparison.evaluation },
          "\(name) is not measured by \(comparison.evaluation)")
      }
    }
    for claim in claims {
      for comparison in claim.comparisons + claim.gates.map(\.comparison) { try check(comparison) }
      for name in claim.checks.flatMap(\.arms) { _ = try #require(arms[name], "there is no arm “\(name)”") }
      for case .leads(let treatment, let baseline, let evaluation, let metric) in claim.checks {
        try check(Comparison(treatment, over: baseline, evaluation: evaluation, metric: metric))
      }
    }
    guard let tuning else { return }
    for side in tuning.sides {
      let arm = try #require(arms[side.arm], "there is no arm “\(side.arm)”")
      let values = Dictionary(uniqueKeysWithValues: arm.configuration.json.leaves.map { ($0.path, $0.value) })
      for axis in side.axes {
        let own = try #require(values[axis.constant], "\(side.arm) has no \(axis.constant)")
        #expect(
          axis.values.contains { $0 == own || $0.number != nil && $0.number == own.number },
          "\(axis.constant) is \(own), which nobody tries")
      }
      for constants in side.configurations {
        let changes = TuningConstants(constants).overrides.compactMap { Override("\($0.key)=\($0.value)") }
        #expect(changes.count == constants.count)
        let changed = try Arm.applying(changes, to: [arm])[0]
        try changed.check(imageCount: imageCount)
        try changed.shortened(toShare: tuning.firstShare).check(imageCount: imageCount)
      }
    }
  }
}

/// The paths of the constants in which two arms differ.
func differences(_ a: Arm, _ b: Arm) -> Set<String> {
  let leaves = [a, b].map { arm in
    Dictionary(uniqueKeysWithValues: arm.configuration.json.leaves.map { ($0.path, $0.value) })
  }
  return Set(leaves[0].keys).union(leaves[1].keys).filter { leaves[0][$0] != leaves[1][$0] }
}
