import ArgumentParser
import Foundation
import Harness
import NeuralNetworks
import Tensors
import Vision

/// `repro export`: a run's backbone for other programs.
struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a run's backbone for PyTorch: torchvision's names, in the safetensors format.",
    discussion: """
      Weights, running statistics and num_batches_tracked of the residual network, without heads; the file's metadata \
      says how to build it and what to feed it. Standard output gets the three lines of Python that load it; \
      Scripts/pytorch/backbone.py compares its features with `repro embed` and writes ONNX.
      """)

  @Argument(help: "The run: the beginning of its digest, or the end of its folder's path.")
  var run: String

  @Argument(
    help: "The file to write, such as backbone.safetensors.",
    completion: .file(extensions: ["safetensors"]))
  var file: String

  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Failure.reported {
      let stored = try StoredRun.all(under: output.directory).run(named: run, below: output.directory)
      let trained = try TrainedEncoder(ofRunIn: stored.folder.url)
      let url = URL(fileURLWithPath: file)
      let network = try trained.exported(to: url)
      Console.result(PyTorchLines(network.configuration, file: file).text)
      Console.note(trained.summary(of: network, in: url))
    }
  }
}

/// The lines of Python that load an exported file.
struct PyTorchLines {
  /// Three lines.
  let text: String

  /// The lines for a network of `configuration` in `file`: torchvision's own constructor where it makes that network, else
  /// the suite's, which narrows torchvision's.
  init(_ configuration: ResNet.Configuration, file: String) {
    let name = JSONValue.string(file).description
    let lines =
      configuration.isTorchvisions
      ? [
        "import torch, torchvision; from safetensors.torch import load_file",
        "model = torchvision.models.\(configuration.architecture)(); model.fc = torch.nn.Identity()",
        "model.load_state_dict(load_file(\(name))); model.eval()",
      ]
      : [
        #"import sys; sys.path.append("Scripts/pytorch")  # of repro's repository"#,
        "from backbone import load", "model, about = load(\(name))",
      ]
    text = lines.joined(separator: "\n")
  }
}

extension TrainedEncoder {
  /// Writes the encoder to `url` and returns it; throws a `RunProblem` for what is no residual network, a `CheckpointError`.
  func exported(to url: URL) throws -> ResNet {
    guard let network = encoder as? ResNet else {
      throw RunProblem(
        "the encoder of \(name) is no residual network, and torchvision has no other that it could be: its "
          + "checkpoint.safetensors holds it under “model.”")
    }
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Checkpoint.export(network, batchesSeen: manifest.steps, metadata: exchangeMetadata, to: url)
    return network
  }

  /// Pixels per side of the images that it learned from.
  var side: Int { manifest.identity.dataset.imageSide }

  /// What the file says beside the network's sizes.
  private var exchangeMetadata: [String: String] {
    func numbers(_ values: [Float]) -> String { "[\(values.map { "\($0)" }.joined(separator: ","))]" }
    let identity = manifest.identity
    var metadata = [
      "producer": "repro", "run": manifest.run, "experiment": identity.experiment,
      "version": "\(identity.version)", "scale": identity.scale.rawValue, "arm": identity.arm,
      "seed": "\(identity.seed)", "epochs": "\(identity.plan.epochs)",
      "precision": identity.plan.precision.rawValue, "features": "\(encoder.featureCount)", "side": "\(side)",
      "mean": numbers(standardization.mean), "deviation": numbers(standardization.deviation),
      "digest": Checkpoint.state(of: encoder).elementsDigest, "data": manifest.key.data,
      "data_digest": manifest.data.digest, "data_licence": manifest.dataLicence,
      "uses_labels": "\(manifest.usesLabels)", "modified": manifest.overrides.joined(separator: " "),
    ]
    metadata["commit"] = manifest.commit.map { $0 + (manifest.isDirty ? "-dirty" : "") }
    return metadata
  }

  /// What was written and what goes in, in two lines.
  func summary(of network: ResNet, in url: URL) -> String {
    let configuration = network.configuration
    func numbers(_ values: [Float]) -> String { values.map { "\($0)" }.joined(separator: ", ") }
    return """
      \(url.path): \(configuration.architecture), width \(configuration.width), \(configuration.stem.rawValue) stem, \
      \(network.featureCount) features; data \(manifest.key.data), licence: \(manifest.dataLicence)
      input: N × 3 × \(side) × \(side), red, green, blue, (x / 255 − mean) / deviation, mean \
      \(numbers(standardization.mean)), deviation \(numbers(standardization.deviation))
      """
  }
}

extension RunManifest {
  /// The terms of the images that it was trained on.
  var dataLicence: String { DataSource.of(identity.dataset.name).licence }
}
