import Tensors

extension Checkpoint {
  /// Every parameter and statistic of `module` under its path, each preceded by `prefix`: what `write` takes.
  public static func state(of module: any Module, prefix: String = "") -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: module.namedState.map { (prefix + $0.name, $0.state.value) })
  }

  /// Puts the tensors whose names begin with `prefix` into `module`: all of them, or none when an error is thrown.
  ///
  /// - Parameter allowingOthers: Whether tensors that the module does not have are passed over, as the classifier in a
  ///   file of which only the backbone is wanted.
  /// - Throws: `CheckpointError` when names, shapes or data types differ from the module's.
  public func restore(
    _ module: any Module, prefix: String = "", allowingOthers: Bool = false
  ) throws {
    let state = module.namedState.map { (name: prefix + $0.name, state: $0.state) }
    let missing = state.map(\.name).filter { tensors[$0] == nil }
    guard missing.isEmpty else { throw CheckpointError(file: path, problem: .missing(missing)) }
    if !allowingOthers {
      let known = Set(state.map(\.name))
      let unexpected = tensors.keys.filter { $0.hasPrefix(prefix) && !known.contains($0) }.sorted()
      guard unexpected.isEmpty else { throw CheckpointError(file: path, problem: .unexpected(unexpected)) }
    }
    for (name, state) in state { try check(tensors[name]!, fits: state.value, name: name) }
    for (name, state) in state { state.restore(tensors[name]!) }
  }

  private func check(_ found: Tensor, fits expected: Tensor, name: String) throws(CheckpointError) {
    guard found.shape == expected.shape else {
      throw CheckpointError(
        file: path, problem: .shapeMismatch(tensor: name, expected: expected.shape, found: found.shape))
    }
    guard found.dataType == expected.dataType else {
      throw CheckpointError(
        file: path, problem: .typeMismatch(tensor: name, expected: expected.dataType, found: found.dataType))
    }
  }
}
