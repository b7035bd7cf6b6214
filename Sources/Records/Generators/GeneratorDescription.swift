import Foundation
import Recipes

/// What stands beside a file of generated images about where it comes from, as far as runs that add them ask.
package struct GeneratorDescription: Decodable {
  /// What makes the generator this one, as far as runs ask.
  package struct Identity: Decodable {
    /// What it was trained on.
    package struct Recipe: Decodable { package let dataset: DatasetReference }
    package let recipe: Recipe
  }

  /// The digest of the images' file, and whether they were learned from photographs.
  package let sha256, kind: String
  /// Which images it learned.
  package let data: DataIdentity
  package let identity: Identity

  /// The description at `url`; throws a `ManifestError`.
  package init(contentsOf url: URL) throws {
    do {
      self = try ReadableJSON.decode(GeneratorDescription.self, from: Data(contentsOf: url))
    } catch {
      throw ManifestError(path: url.path, reason: "\(error)")
    }
  }
}

extension URL {
  /// Where below a folder of runs the generator with `seed` lies that learns `data`: `repro generate` writes there, and
  /// arms look there.
  package func generatorFolder(scale: Scale, data: DataIdentity, seed: UInt64) -> URL {
    appending(components: "generator", scale.rawValue, "\(data.name):\(data.kind)".slug, "\(seed)")
  }
}
