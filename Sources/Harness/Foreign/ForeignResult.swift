import Evaluation
import Foundation
import NeuralNetworks
import Vision

/// What somebody's weights came to on a data set: kept apart from runs, so that no table and no record can read it as one.
public struct ForeignResult: Codable, Sendable {
  /// A number that an evaluation came to.
  public struct Score: Codable, Sendable, Equatable {
    /// The evaluation and its metric.
    public let evaluation, metric: String
    /// The number, and of how many images.
    public let value: Double, count: Int

    /// Creates a number.
    public init(evaluation: String, metric: String, value: Double, count: Int) {
      (self.evaluation, self.metric, self.value, self.count) = (evaluation, metric, value, count)
    }
  }

  /// Always `foreign`.
  public private(set) var kind = "foreign"
  /// The file, and SHA-256 over the names, shapes and numbers of the network in it.
  public let file, digest: String
  /// The network: its architecture by torchvision's name, and what stood before its names.
  public let architecture: String, width: Int, stem, prefix: String
  /// Which part of which data set it was measured on, and which bytes these are.
  public let dataset: DatasetReference, data: DataIdentity
  /// What colours were freed of.
  public let mean, deviation: [Float]
  /// What was measured.
  public var scores: [Score]
  /// The computer, its threads, and the commit that the program was built from.
  public let machine: Machine, threads: Int, commit: String?, isDirty: Bool
  /// When it was begun.
  public let start: Date

  /// Creates a result without scores.
  public init(
    _ weights: ForeignWeights, file: String, dataset: DatasetReference, data: DataIdentity,
    standardization: Standardization, threads: Int, source: SourceState
  ) {
    let configuration = weights.encoder.configuration
    (self.file, digest) = (file, weights.digest)
    (architecture, width) = (configuration.architecture, configuration.width)
    (stem, prefix) = (configuration.stem.rawValue, weights.prefix)
    (self.dataset, self.data) = (dataset, data)
    (mean, deviation) = (standardization.mean, standardization.deviation)
    scores = []
    (machine, self.threads) = (.current, threads)
    (commit, isDirty) = (source.commit, source.isDirty)
    start = .now
  }

  /// Where below a folder of runs it lies: no run's folder, and nothing in it is called as a run's files are.
  public func url(under runs: URL) -> URL {
    runs.appending(
      components: "foreign", String(digest.prefix(12)), "\("\(data.name):\(data.kind)".slug).json")
  }
}

/// What somebody's weights can be measured by.
public enum ForeignEvaluations {
  /// All of them: neighbours, linear probes, few labels, transfer, and dense tasks, with their usual recipes.
  public static var all: [any Evaluation] {
    [
      NearestNeighbors(), LinearProbe(), NearestNeighbors.ofFewLabels, LinearProbe.ofFewLabels,
      SemiSupervised(percent: 1), SemiSupervised(percent: 10), SemiSupervisedProbes(percent: 1),
      SemiSupervisedProbes(percent: 10), ClassTransfer(),
    ]
      + [DenseProbe.Task.mosaics(), .camvid].flatMap { task in
        DenseProbe.Head.allCases.map { DenseProbe($0, on: task) as any Evaluation }
      }
  }

  /// What is measured unless told otherwise.
  public static let usual = ["knn-v1", "linear-v1"]

  /// Those called `names`, in the order of all; throws an `UnknownName`.
  public static func named(_ names: [String]) throws -> [any Evaluation] {
    let known = all.map(\.name)
    if let other = names.first(where: { !known.contains($0) }) {
      throw UnknownName(kind: "evaluation", name: other, known: known)
    }
    return all.filter { names.contains($0.name) }
  }
}
