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

  /// Finds images here or downloads them, and says so.
  func source(isRealDataOnly: Bool) -> ImageSource {
    let store = DataStore(directory: directory)
    return ImageSource(
      directory: directory, acceptsAnyDigest: acceptDigest, isRealDataOnly: isRealDataOnly,
      fetch: { name in try await store.get(name) { DataProgress.show($0) } },
      say: { Console.note($0) })
  }
}
