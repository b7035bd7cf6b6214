import ArgumentParser
import Evaluation
import Foundation
import Harness
import NeuralNetworks
import Tensors
import Vision

/// An encoder that was named by a run or by a file of weights.
struct GivenEncoder {
  /// What it is called in what is printed.
  let name: String
  /// The network.
  let encoder: any Encoder
  /// The digest of its numbers.
  let digest: String
  /// What its images were, where that is known.
  let side: Int?, standardization: Standardization?

  /// The file at `name` where there is one, else the run called so under `runs`.
  ///
  /// Throws what `ForeignWeights` and `TrainedEncoder` throw, and an `UnknownName`.
  init(_ name: String, prefix: String?, runs: URL) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: name, isDirectory: &isFolder), !isFolder.boolValue {
      let weights = try ForeignWeights(contentsOf: URL(fileURLWithPath: name), prefix: prefix)
      let configuration = weights.encoder.configuration
      self.name =
        "\(name): \(configuration.architecture), width \(configuration.width), \(configuration.stem.rawValue) stem"
        + (weights.prefix.isEmpty ? "" : ", behind “\(weights.prefix)”")
      (encoder, digest) = (weights.encoder, weights.digest)
      (side, standardization) = (weights.side, weights.standardization)
      return
    }
    let stored = try StoredRun.all(under: runs).run(named: name, below: runs)
    let trained = try TrainedEncoder(ofRunIn: stored.folder.url)
    self.name = trained.name
    (encoder, digest) = (trained.encoder, Checkpoint.state(of: trained.encoder).elementsDigest)
    (side, standardization) = (trained.side, trained.standardization)
  }

  /// The features of `images` in inference mode, a batch at a time: N × features, float32.
  func features(of images: ImageSet, standardization: Standardization) throws -> Tensor {
    try Candidate(
      encoder: encoder, training: images, test: images, standardization: standardization
    ).values(.test)
  }
}

/// What colours are freed of, by the name that the command line has for it.
enum ColorOption: String, CaseIterable, ExpressibleByArgument {
  case imagenet, cifar10, cifar100, stl10, none

  /// The means and deviations.
  var standardization: Standardization {
    switch self {
    case .imagenet: .imageNet
    case .cifar10: .cifar10
    case .cifar100: .cifar100
    case .stl10: .stl10
    case .none: .none
    }
  }
}
