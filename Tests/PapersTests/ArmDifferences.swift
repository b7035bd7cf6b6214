@testable import Harness

extension Experiment {
  /// The arms by their names.
  var armsByName: [String: Arm] { Dictionary(uniqueKeysWithValues: arms.map { ($0.name, $0) }) }
}

/// The paths of the constants in which two arms differ.
func differences(_ a: Arm, _ b: Arm) -> Set<String> {
  let leaves = [a, b].map { arm in
    Dictionary(uniqueKeysWithValues: arm.configuration.json.leaves.map { ($0.path, $0.value) })
  }
  return Set(leaves[0].keys).union(leaves[1].keys).filter { leaves[0][$0] != leaves[1][$0] }
}
