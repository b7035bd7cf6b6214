import Foundation
import Harness
import Vision

/// What is committed of generated images: not the images, but their digest, the recipe that makes them anew, and how good
/// they are.
public enum GeneratorRecord {
  /// Where the description of `generated` is committed below the repository's `root`.
  public static func file(of generated: GeneratedImages, root: URL) -> URL {
    let identity = generated.identity
    return folder(root).appending(
      components: identity.scale.rawValue, "\(generated.data.name):\(generated.data.kind)".slug,
      "\(identity.seed)", "\(generated.quality.rawValue)-\(generated.shape[0]).json")
  }

  private static func folder(_ root: URL) -> URL {
    root.appending(components: "Results", RecordedGenerators.folderName)
  }

  /// Adds the description of `generated` to the record, and the picture of some of them at `sheet`, so that everyone sees how
  /// good they are; throws a `RunProblem` where it may not stand there, a `StorageError`.
  public static func add(_ generated: GeneratedImages, shownBy sheet: URL? = nil, root: URL) throws -> URL {
    if let flaw = flaw(of: generated) { throw RunProblem("these images cannot be recorded: \(flaw)") }
    let file = file(of: generated, root: root)
    try makeFolder(file.deletingLastPathComponent())
    try ReadableJSON.write(generated, to: file)
    if let sheet, let content = try? Data(contentsOf: sheet) {
      try writeAtomically(content, to: file.deletingPathExtension().appendingPathExtension("png"))
    }
    return file
  }

  /// Why images may not enter the record, in words; `nil` when they may.
  static func flaw(of generated: GeneratedImages) -> String? {
    if generated.kind == "synthetic" { return "what was learned are the suite's own procedural images" }
    let sessions = generated.training + generated.drawing
    if sessions.isEmpty || sessions.contains(where: { $0.commit == nil }) {
      return "git told of no commit when they were made"
    }
    if sessions.contains(where: \.isDirty) {
      return "files differed from the commit when they were made; make them in a clean clone"
    }
    if generated.measured == nil { return "nobody has measured how good they are" }
    return nil
  }

  /// What in the record of generated images contradicts itself or the code; throws a `ManifestError` for a file that cannot
  /// be read.
  public static func discrepancies(root: URL) throws -> [Discrepancy] {
    var found: [Discrepancy] = []
    for path in RecordedGenerators.paths(root: root) {
      let url = root.appending(path: path)
      let generated = try GeneratedImages(contentsOf: url)
      func require(_ condition: Bool, _ problem: String) {
        if !condition { found.append(Discrepancy(path, problem)) }
      }
      if let flaw = flaw(of: generated) { require(false, flaw) }
      require(
        file(of: generated, root: root).standardizedFileURL.path == url.standardizedFileURL.path,
        "lies elsewhere than it says")
      require(generated.identity.digest == generated.generator, "its recipe is not that of its generator")
      var recipe = GeneratorRecipe(
        scale: generated.identity.scale, data: generated.identity.recipe.dataset.name)
      recipe?.plan.precision = generated.identity.recipe.plan.precision
      require(
        recipe == generated.identity.recipe && generated.identity.version == GeneratorRecipe.version,
        "the code's recipe is another by now")
    }
    return found
  }
}
