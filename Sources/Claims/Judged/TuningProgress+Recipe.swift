import Records

extension TuningProgress {
  /// Where constants of `arms` are not those that were chosen for them, in words.
  package func differences(from arms: [DeclaredArm]) -> [String] {
    self.arms.compactMap { side in
      guard let choice = side.choice, let arm = arms.first(where: { $0.name == side.name }) else {
        return nil
      }
      let values = Dictionary(
        arm.constants.leaves.map { ($0.path, $0.value) }, uniquingKeysWith: { first, _ in first })
      let others = choice.constants.values.filter { path, chosen in
        values[path].map { $0 != chosen && ($0.number == nil || $0.number != chosen.number) } ?? true
      }
      guard let (path, chosen) = others.min(by: { $0.key < $1.key }) else { return nil }
      return
        "chooses \(path) \(chosen) for “\(side.name)”, but the recipe has \(values[path]?.description ?? "no such constant")"
    }
  }
}
