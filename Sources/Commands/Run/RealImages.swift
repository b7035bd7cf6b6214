import Harness
import Vision

/// What to type for an experiment on real images.
struct RealImages {
  private let steps: [String]

  /// The commands in one line: images, where arms take generated ones these, and the run.
  var commands: String { steps.joined(separator: " && ") }

  /// What to say of them within `width` columns: in one line, or, where that is longer, in one line each.
  func text(width: Int) -> String {
    let line = "Real images: \(commands)"
    return line.count <= width ? line : "Real images:\n  \(steps.joined(separator: " &&\n  "))"
  }

  /// Of the experiment `type` at `scale`.
  init(of type: any Experiment.Type, at scale: Scale, program: String = Project.command) {
    let experiment = type.init(scale: scale)
    let sets = [experiment.dataset, experiment.denseDataset].compactMap { $0?.name }.filter { $0 != .shapes }
    var steps = sets.map(\.getting)
    let takesGenerated = experiment.arms.contains {
      $0.role != .exploratory && $0.inflation?.source == .generated
    }
    if takesGenerated && scale == .reduced {
      let set = experiment.dataset.name == .cifar10 ? "" : " --data \(experiment.dataset.name.rawValue)"
      steps.append("generate\(set)")
    }
    steps.append(type.name + (scale == .reduced ? "" : " --scale \(scale.rawValue)"))
    self.steps = steps.map { "\(program) \($0)" }
  }
}
