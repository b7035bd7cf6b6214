import Foundation
import NeuralNetworks
import Tensors
import Vision

/// A file of weights that cannot be used.
public struct ForeignFileError: Error, Equatable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// What is wrong and what to do.
  public let problem: String

  /// What is wrong and what to do, in one line.
  public var description: String { "\(path): \(problem)" }
}

/// A residual network out of anybody's file: safetensors, or what `torch.save` writes, of which nothing is executed.
public struct ForeignWeights {
  /// The network.
  public let encoder: ResNet
  /// What stood before its names.
  public let prefix: String
  /// How many tensors of the file are no part of it: heads, classifiers, other networks.
  public let unused: Int
  /// SHA-256 over the network's names, shapes and numbers.
  public let digest: String
  /// What the file says of its images, where `repro export` wrote it.
  public let side: Int?, standardization: Standardization?
  /// What else it says, as in the name of the run.
  public let metadata: [String: String]

  /// Reads the network in the file at `url`, behind `prefix` where several are in it.
  ///
  /// Throws a `ForeignFileError` or a `CheckpointError` for files that cannot be read or hold no residual network.
  public init(contentsOf url: URL, prefix: String? = nil) throws {
    let (state, metadata) = try ForeignWeights.state(in: url)
    do throws(ForeignWeightsError) {
      let names = try ForeignNames(state, prefix: prefix)
      let strides = metadata["strides"].flatMap { ForeignWeights.numbers($0) as [Int]? }
      guard strides.map({ $0.count == 4 && $0.allSatisfy((1...4).contains) }) ?? true else {
        throw ForeignWeightsError("says that its strides are \(metadata["strides"]!)")
      }
      encoder = try ResNet(weights: names.tensors, strides: strides)
      self.prefix = names.prefix
      unused = state.count - names.tensors.count
    } catch {
      throw ForeignFileError(path: url.path, problem: error.description)
    }
    digest = Checkpoint.state(of: encoder).elementsDigest
    self.metadata = metadata
    side = metadata["side"].flatMap { Int($0) }.flatMap { (8...1_024).contains($0) ? $0 : nil }
    standardization = ForeignWeights.standardization(in: metadata)
  }

  private static func state(in url: URL) throws -> (tensors: [String: Tensor], metadata: [String: String]) {
    let start = try? FileHandle(forReadingFrom: url).read(upToCount: 2)
    guard start?.elementsEqual("PK".utf8) == true else {
      let checkpoint = try Checkpoint.weights(from: url)
      return (checkpoint.tensors, checkpoint.metadata)
    }
    do {
      let data = try Data(contentsOf: url, options: .alwaysMapped)
      return (try TorchArchive.weights(in: data), [:])
    } catch let problem as TorchProblem {
      throw ForeignFileError(
        path: url.path,
        problem: "\(problem). Save a state dict with torch.save, or with safetensors.torch.save_file")
    } catch {
      throw ForeignFileError(path: url.path, problem: "cannot be read: \(error.localizedDescription)")
    }
  }

  private static func numbers<Number: Decodable>(_ text: String) -> [Number]? {
    try? JSONDecoder().decode([Number].self, from: Data(text.utf8))
  }

  private static func standardization(in metadata: [String: String]) -> Standardization? {
    guard let mean = metadata["mean"].flatMap({ numbers($0) as [Float]? }), mean.count == 3,
      let deviation = metadata["deviation"].flatMap({ numbers($0) as [Float]? }), deviation.count == 3,
      deviation.allSatisfy({ $0 > 0 })
    else { return nil }
    return Standardization(mean: mean, deviation: deviation)
  }
}
