import Foundation
import Generation
import Harness
import NeuralNetworks
import Pretraining
import Tensors
import Vision

extension FeatureSpace {
  /// The features of the encoder that the finished run in `folder` trained.
  ///
  /// Throws a `RunProblem` for a run that is not finished or of an unknown arm, a `ManifestError`, a `CheckpointError`.
  init(ofRunIn folder: URL) throws {
    let run = RunFolder(folder)
    let manifest = try RunManifest(contentsOf: run.manifest)
    guard manifest.status == .finished else {
      throw RunProblem("the run in \(folder.path) is not finished: run it to its end, or name another")
    }
    let identity = manifest.identity
    let experiment = try Known.catalogue.experiment(named: identity.experiment).init(scale: identity.scale)
    guard let known = experiment.arms.first(where: { $0.name == identity.arm }) else {
      throw RunProblem("\(identity.experiment) has no arm “\(identity.arm)” any more: name another run")
    }
    var configuration = known.configuration
    (configuration.hyperparameters, configuration.plan) = (identity.hyperparameters, identity.plan)
    var random = Random(seed: identity.seed, stream: "weights")
    let method = try known.with(configuration).makeMethod(&random)
    let checkpoint = try Checkpoint.read(from: run.checkpoint)
    try checkpoint.restore(method.encoder, prefix: "model." + method.encoderPath, allowingOthers: true)
    self.init(
      name:
        "\(identity.experiment), \(identity.arm), \(identity.scale.rawValue), seed \(identity.seed), run \(manifest.run)",
      method.encoder, standardization: .of(identity.dataset.name))
  }

  /// The random network's features, of a narrow one at smoke scale.
  static func random(at scale: Scale) -> FeatureSpace { random(width: scale == .smoke ? 8 : 32) }
}

extension PretrainingMethod {
  /// What stands before the names of the encoder's own tensors among the method's.
  fileprivate var encoderPath: String {
    guard let first = encoder.namedState.first else { return "" }
    let whole = namedState.first { $0.state.identity == first.state.identity }
    return whole.map { String($0.name.dropLast(first.name.count)) } ?? ""
  }
}

extension ModuleState {
  fileprivate var identity: ObjectIdentifier {
    switch self {
    case .parameter(let parameter): ObjectIdentifier(parameter)
    case .statistic(let statistic): ObjectIdentifier(statistic)
    }
  }
}
