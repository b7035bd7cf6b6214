import ArgumentParser
import Foundation
import Harness
import Tensors
import Vision

/// `repro views`: what the network sees.
struct ViewsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "views",
    abstract: "Draw what an arm's network sees: images, and beside each its views by name.",
    discussion: """
      The views are those of the first pass of a training with this seed, before their colours are standardized; every run \
      puts such a sheet among its pictures. Nothing is downloaded: where the experiment's images are not at hand, \
      procedural ones take their place, and the sheet says so.
      """)

  @OptionGroup var selection: ExperimentOptions

  @Option(help: "The arm (default: the headline's treatment).")
  var arm: String?

  @Option(help: "How many images: 1 to \(PictureSheet.mostImages).")
  var count = 6

  @Option(help: "The seed of the views.")
  var seed: UInt64 = 0

  @Option(help: "The PNG to write.", completion: .file(extensions: ["png"]))
  var out: String

  @OptionGroup var own: OwnImagesOptions
  @OptionGroup var data: DataOptions

  func validate() throws {
    if !(1...PictureSheet.mostImages).contains(count) {
      throw ValidationError("--count is \(count), but must lie within 1...\(PictureSheet.mostImages)")
    }
  }

  func run() async throws {
    try await Failure.reported { Console.result(try draw().path) }
  }

  /// Draws the sheet into its file.
  private func draw() throws -> URL {
    let type = try selection.type()
    let experiment = type.init(scale: selection.scale)
    let name = arm ?? experiment.headline.treatment
    _ = try experiment.arms(named: [name])
    let seen = try images(for: type, experiment)
    // Own images may leave out arms that labels train.
    guard let arm = try experiment.arms(named: [name], on: seen.own).first else {
      throw UnknownName(kind: "arm", name: name, known: experiment.arms.map(\.name))
    }
    let sheet = PictureSheet(
      viewsOf: arm.method(seed: seed, on: seen.images), called: arm.name, mixture: Mixture(seen.images),
      count: count, seed: seed, of: seen.name)
    let file = URL(fileURLWithPath: out)
    try makeFolder(file.deletingLastPathComponent())
    try writeAtomically(sheet.picture(file.deletingPathExtension().lastPathComponent).png(), to: file)
    return file
  }

  /// What is shown.
  private struct Seen {
    let images: ImageSet
    var own: OwnImages?
    let name: String
  }

  /// The folder of one's own that was named, the experiment's images where they are here, or procedural ones.
  private func images(for type: any Experiment.Type, _ experiment: any Experiment) throws -> Seen {
    if let folder = own.folder {
      let found = try data.source(isRealDataOnly: true).images(in: folder, for: type, scale: selection.scale)
      return Seen(images: found.images.pretraining, own: found.images.own, name: "images of one's own")
    }
    let wanted = experiment.dataset
    if let images = try present(wanted) { return Seen(images: images, name: wanted.name.rawValue) }
    Console.warning(
      "\(wanted.name.rawValue) is not in \(data.directory.path), so that procedural images take its place: get it with "
        + "`\(Project.command) data get \(wanted.name.rawValue)`")
    let drawn = AddedImages.standIn(for: .generated, count: 64, side: wanted.imageSide)
    return Seen(images: drawn.images, name: "procedural images, in place of \(wanted.name.rawValue)")
  }

  /// The images of `wanted`; `nil` where they are not here. Throws a `DataError`.
  private func present(_ wanted: DatasetReference) throws -> ImageSet? {
    do {
      return try wanted.load(from: data.directory, acceptingDigest: data.acceptDigest).pretraining
    } catch  where error.isAbsence {
      return nil
    }
  }
}
