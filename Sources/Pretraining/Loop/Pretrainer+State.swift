import NeuralNetworks
import Tensors

extension Pretrainer {
  /// Everything a resumed training needs, by name: parameters, statistics, optimizer moments, and how far it has come.
  ///
  /// Order and augmentation of images are functions of seed and epoch, so there is no generator to save.
  public func state() -> [String: Tensor] {
    var state: [String: Tensor] = [:]
    for (name, value) in method.namedState { state["model." + name] = value.value }
    for (name, value) in optimizer.state { state["optimizer." + name] = value }
    state["progress"] = Tensor([Float(progress.step), Float(progress.epoch)], shape: [2])
    return state
  }

  /// Takes up a saved state.
  ///
  /// - Throws: `PretrainingError.foreignState` when something is missing, left over or of another shape; nothing has
  ///   changed then.
  public func restore(_ state: [String: Tensor]) throws {
    let own = method.namedState
    for (name, value) in own {
      guard let saved = state["model." + name] else {
        throw PretrainingError.foreignState("it lacks \(name)")
      }
      guard saved.shape == value.value.shape else {
        throw PretrainingError.foreignState("\(name) has shape \(saved.shape), not \(value.value.shape)")
      }
    }
    let known = Set(own.map { "model." + $0.name })
    if let unknown = state.keys.filter({ $0.hasPrefix("model.") && !known.contains($0) }).min() {
      throw PretrainingError.foreignState("it holds \(unknown), which this method has not")
    }
    guard let saved = state["progress"], saved.count == 2 else {
      throw PretrainingError.foreignState("it does not say how far it had come")
    }
    for (name, value) in own { value.restore(state["model." + name]!) }
    let prefix = "optimizer."
    optimizer.restore(
      Dictionary(
        uniqueKeysWithValues: state.filter { $0.key.hasPrefix(prefix) }
          .map { (String($0.key.dropFirst(prefix.count)), $0.value) }))
    pending = []
    progress.step = Int(saved.floats[0])
    progress.epoch = Int(saved.floats[1])
  }
}
