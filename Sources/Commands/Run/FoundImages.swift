import Foundation
import Harness
import Vision

extension DataOptions {
  /// The images of an experiment: on disk, else from the network, else, unless `isRealDataOnly`, made by the suite.
  ///
  /// Throws what `ImageSource.images` throws.
  func images(
    for type: any Experiment.Type, scale: Scale, isRealDataOnly: Bool, holdingOutTail: Bool = false,
    limit: Int? = nil
  ) async throws -> ImageSource.Found {
    let source = source(isRealDataOnly: isRealDataOnly)
    let found = try await source.images(
      for: type, scale: scale, holdingOutTail: holdingOutTail, limit: limit)
    if let excuse = found.excuse { Console.warning(excuse) }
    return found
  }

  /// The real images of an experiment whose steps are only timed: what arms add to them may be a stand-in of the same size.
  ///
  /// Throws what `ImageSource.images` throws.
  func imagesToTime(for type: any Experiment.Type, scale: Scale) async throws -> ImageSource.Found {
    let own = try await images(for: type, scale: scale, isRealDataOnly: true)
    return InflationFiles(runs: URL(fileURLWithPath: "Runs")).offeringAnything(
      to: own.experiment.arms, in: own)
  }

  /// Finds images here or downloads them, and says so.
  func source(isRealDataOnly: Bool) -> ImageSource {
    let store = DataStore(directory: directory)
    return ImageSource(
      directory: directory, acceptsAnyDigest: acceptDigest, isRealDataOnly: isRealDataOnly,
      fetch: { name in try await store.get(name) { DataProgress.show($0) } },
      say: { Console.note($0) })
  }
}
