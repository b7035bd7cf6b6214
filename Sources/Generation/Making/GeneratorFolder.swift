import Foundation
import Harness
import NeuralNetworks
import Pretraining
import Tensors
import Vision

/// The files of one generator: `<output>/generator/<scale>/<data>/<seed>`.
public struct GeneratorFolder: Sendable, Hashable {
  /// The folder.
  public let url: URL

  /// The folder of the generator of `identity` under `output`; `data` says whose images it learns, and which copy of them.
  public init(output: URL, identity: GeneratorIdentity, data: DataIdentity) {
    url = output.generatorFolder(scale: identity.scale, data: data, seed: identity.seed)
  }

  /// What the generator is and where from.
  public var manifest: URL { url.appending(component: "generator.json") }
  /// Everything that going on with its training needs.
  public var checkpoint: URL { url.appending(component: "checkpoint.safetensors") }
  /// The mean loss of every epoch.
  public var curves: URL { url.appending(component: "curves.csv") }
  /// Averaged weights that images are drawn with.
  public func weights(_ quality: GeneratorQuality) -> URL {
    url.appending(component: "\(quality.rawValue).safetensors")
  }
  /// The images: a `.npy` file of N × H × W × 3 bytes.
  public func images(_ quality: GeneratorQuality, count: Int) -> URL {
    url.appending(component: "\(quality.rawValue)-\(count).npy")
  }
  /// Images drawn so far, as bytes alone.
  func drawn(_ quality: GeneratorQuality) -> URL { url.appending(component: "\(quality.rawValue).drawn") }
  /// Which bytes those are, and who drew them.
  func drawing(_ quality: GeneratorQuality) -> URL {
    url.appending(component: "\(quality.rawValue).drawn.json")
  }
  /// Where the images come from.
  public func provenance(_ quality: GeneratorQuality, count: Int) -> URL {
    url.appending(component: "\(quality.rawValue)-\(count).json")
  }
  /// A picture of some of them.
  public func picture(_ name: String) -> URL { url.appending(component: "\(name).png") }

  /// Removes everything that a generator has left; throws a `StorageError`.
  func clear() throws {
    let files = (try? FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)) ?? []
    let kinds = ["json", "safetensors", "csv", "npy", "drawn", "png"]
    for file in files where kinds.contains(file.pathExtension) {
      guard unlink(file.path) == 0 else { throw StorageError("remove", path: file.path) }
    }
  }
}

/// Where a generator comes from: written as `generator.json` before its first step.
public struct GeneratorManifest: Codable, Sendable, Equatable {
  /// A short digest of `identity`.
  public var generator: String
  /// What makes it this one.
  public var identity: GeneratorIdentity
  /// Which images it learns.
  public var data: DataIdentity
  /// How many of them.
  public var imageCount: Int
  /// Optimizer steps taken.
  public var steps: Int
  /// Whether its training is over.
  public var isTrained: Bool
  /// The stretches in which it was trained, with commit and time.
  public var sessions: [RunManifest.Session]
  /// Multiply-adds of the training.
  public var multiplyAdds: Int
  /// Where it was trained, and with what.
  public var machine: Machine
  public var threads: Int
  public var build: String
  public var libraries: [String: String]

  init(_ identity: GeneratorIdentity, data: DataIdentity, imageCount: Int) {
    generator = identity.digest
    self.identity = identity
    self.data = data
    self.imageCount = imageCount
    (steps, isTrained, sessions, multiplyAdds) = (0, false, [], 0)
    (machine, threads, build, libraries) = (
      .current, WorkerPool.threads, Machine.build, Machine.libraries
    )
  }

  /// The manifest at `url`; `nil` where there is none; throws a `ManifestError`.
  static func read(from url: URL) throws -> GeneratorManifest? {
    guard let data = try? Data(contentsOf: url) else { return nil }
    do {
      return try ReadableJSON.decode(GeneratorManifest.self, from: data)
    } catch {
      throw ManifestError(path: url.path, reason: "\(error)")
    }
  }
}
