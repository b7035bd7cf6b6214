import Foundation
import Harness
import NeuralNetworks
import Pretraining
import Tensors
import Vision

/// The encoder that a finished run trained, out of its checkpoint.
struct TrainedEncoder {
  /// The run's manifest.
  let manifest: RunManifest
  /// The network.
  let encoder: any Encoder

  /// Reads the run in `folder`; an arm that is not trained has no checkpoint, and gives the encoder that its seed began with.
  ///
  /// Throws a `RunProblem` for a run that is not finished, diverged, or is of an unknown arm, a `ManifestError`, a
  /// `CheckpointError`.
  init(ofRunIn folder: URL) throws {
    let run = RunFolder(folder)
    manifest = try RunManifest(contentsOf: run.manifest)
    if let divergence = manifest.divergence {
      throw RunProblem(
        "the run in \(folder.path) diverged in epoch \(divergence.epoch) (\(divergence.text)): "
          + "it has no weights to give")
    }
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
    encoder = method.encoder
    if identity.plan.epochs > 0 {
      let checkpoint = try Checkpoint.read(from: run.checkpoint)
      try checkpoint.restore(encoder, prefix: "model." + method.encoderPath, allowingOthers: true)
    }
  }

  /// `simclr-cifar10, SimCLR, smoke, seed 0, run 1a2b…`.
  var name: String {
    let identity = manifest.identity
    return
      "\(identity.experiment), \(identity.arm), \(identity.scale.rawValue), seed \(identity.seed), run \(manifest.run)"
  }

  /// What colours are freed of before they reach the encoder.
  var standardization: Standardization {
    manifest.ownImages.map { Standardization($0) } ?? .of(manifest.identity.dataset.name)
  }
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
