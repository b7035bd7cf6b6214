import Evaluation
import Harness

/// How PixPro's arms are measured, with recipes of seconds at smoke scale.
enum PixProEvaluations {
  /// The converged linear probe, a small FCN head on the frozen map, and whether pixels find their places.
  static func dense(side: Int, at scale: Scale) -> [any Evaluation] {
    let isSmoke = scale == .smoke
    return [
      isSmoke ? CellProbe(on: .camvid, height: 96, limit: 16) : CellProbe(on: .camvid),
      fcn(on: .camvid, at: scale),
      PixelRetrieval(side: side, limit: isSmoke ? 64 : 1_000),
    ]
  }

  /// A head of a hidden layer on the frozen map.
  static func fcn(on task: DenseProbe.Task, at scale: Scale) -> DenseProbe {
    DenseProbe(.fcn, on: task, recipe: scale == .smoke ? DenseRecipe(epochs: 1, limit: 16) : nil)
  }

  /// What masks make of the network, and what a linear probe finds on its features then: of a network that began at
  /// random, the ceiling.
  static func ceiling(at scale: Scale) -> [any Evaluation] {
    [
      scale == .smoke
        ? DenseFineTuning(on: .camvid, height: 96, recipe: DenseRecipe(epochs: 1, limit: 16))
        : DenseFineTuning(on: .camvid)
    ]
  }
}
