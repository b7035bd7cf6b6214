import Foundation
import Vision

/// Where the images lie that arms add to a data set's own.
public struct InflationFiles {
  /// The folder of runs, which generators write to as well.
  private let runs: URL
  /// The files that the user named.
  private let named: [Inflation.Source: URL]
  /// The order of colours in the files that the user named, where it was stated.
  private let colors: ColorOrder?

  /// Looks where `repro generate` writes under `runs`, unless a file is `named`, whose colours are checked beside the own
  /// images unless their order is stated.
  public init(runs: URL, named: [Inflation.Source: URL] = [:], colors: ColorOrder? = nil) {
    (self.runs, self.named, self.colors) = (runs, named, colors)
  }

  /// `found` with what `arms` add to it; below the scales of papers procedural images stand in where no file has enough.
  ///
  /// Throws a `RunProblem` that says how to get what is missing, and an `ArrayFileError` for a file that cannot be used.
  public func offering(to arms: [Arm], in found: ImageSource.Found) throws -> ImageSource.Found {
    var images = found.images
    for (source, arms) in Dictionary(
      grouping: arms.filter { $0.inflation != nil }, by: { $0.inflation!.source })
    where !images.offers(source) {
      if let added = try added(from: source, to: arms, found) { images = images.offering([source: added]) }
    }
    // As many as all arms of the experiment need, whichever are asked for: an arm's configuration is its own.
    if !found.scale.isAboutPapers && arms.contains(where: { $0.inflation != nil }) {
      images = images.offeringStandIns(to: found.experiment.arms)
    }
    for arm in arms { try arm.check(offeredBy: images) }
    return found.with(images)
  }

  /// The same where only the time that things take is asked for: whatever is missing is drawn.
  public func offeringAnything(to arms: [Arm], in found: ImageSource.Found) -> ImageSource.Found {
    found.with(found.images.offeringStandIns(to: arms))
  }

  /// `nil` where procedural images may stand in.
  private func added(
    from source: Inflation.Source, to arms: [Arm], _ found: ImageSource.Found
  ) throws -> AddedImages? {
    let own = found.images.pretraining
    if let url = named[source] {
      return try AddedImages(
        contentsOf: url, colors: colors ?? .rgb, trustsColors: colors != nil, kind: "file", addedTo: own)
    }
    // What a generator has drawn for larger runs is neither enough nor meant for tests and demonstrations.
    if !found.scale.isAboutPapers { return nil }
    let wanted = arms.compactMap(\.inflation?.count).max() ?? 1
    guard let quality = source.quality, let file = drawn(quality, of: found.images.identity, atLeast: wanted)
    else {
      throw RunProblem(missing(source, arms[0], found))
    }
    let provenance = file.deletingPathExtension().appendingPathExtension("json")
    guard let description = try? GeneratorDescription(contentsOf: provenance) else {
      throw ManifestError(
        path: provenance.path, reason: "it does not say where \(file.lastPathComponent) comes from")
    }
    try description.check(file, learnedFrom: found.images.identity, dataset: found.dataset)
    let added = try AddedImages(
      contentsOf: file, trustsColors: true, kind: description.kind, addedTo: own)
    guard added.identity.digest == description.sha256 else {
      throw RunProblem("\(file.path) is not the file that \(provenance.path) describes: draw it anew")
    }
    return added
  }

  /// The smallest file of at least `count` images that the generator with seed 0 has drawn.
  private func drawn(_ quality: String, of data: DataIdentity, atLeast count: Int) -> URL? {
    let files = try? FileManager.default.contentsOfDirectory(
      at: folder(of: data), includingPropertiesForKeys: nil)
    let drawn = (files ?? []).compactMap { file -> (count: Int, file: URL)? in
      let name = file.deletingPathExtension().lastPathComponent
      guard file.pathExtension == "npy", name.hasPrefix("\(quality)-"),
        let number = Int(name.dropFirst(quality.count + 1)), number >= count
      else { return nil }
      return (number, file)
    }
    return drawn.min { $0.count < $1.count }?.file
  }

  private func folder(of data: DataIdentity) -> URL {
    runs.generatorFolder(scale: .reduced, data: data, seed: 0)
  }

  private func missing(_ source: Inflation.Source, _ arm: Arm, _ found: ImageSource.Found) -> String {
    let what = "arm “\(arm.name)” takes \(arm.inflation?.description ?? ""), "
    let option = source == .generated ? "--generated" : "--generated-early"
    guard let quality = source.quality else {
      return what + "but \(found.dataset.description) leaves none out"
    }
    // The suite's generator is for a small part of a data set; with whole ones go the published sets.
    if found.scale == .paper {
      return what + "and no file was named: get a published set of images and name it with \(option) "
        + "(Experiments/AdaInf/README.md says which and in what format)"
    }
    if found.images.identity.isOwn {
      let side = found.images.pretraining.height
      return what
        + "and there is no generator of images of one's own: name a file of \(side) × \(side) images with \(option)"
    }
    let place = folder(of: found.images.identity).appending(component: "\(quality)-….npy").path
    let set = found.dataset.name == .cifar10 ? "" : " --data \(found.dataset.name.rawValue)"
    return what
      + "and there is no \(place): make it with `repro generate --quality \(quality)\(set)`, or name a file "
      + "with \(option)"
  }
}

extension Inflation.Source {
  /// What a generator calls the weights that such images are drawn with.
  fileprivate var quality: String? {
    switch self {
    case .generated: "last"
    case .generatedEarly: "early"
    case .unused: nil
    }
  }
}

extension GeneratorDescription {
  /// Throws a `RunProblem` unless the generator learned from the own images and no others.
  fileprivate func check(_ images: URL, learnedFrom own: DataIdentity, dataset: DatasetReference) throws {
    var (learned, used) = (identity.recipe.dataset, dataset)
    (learned.holdsOutTail, used.holdsOutTail) = (false, false)
    guard data.digest == own.digest, learned == used else {
      throw RunProblem(
        "\(images.path) was drawn by a generator of \(learned.description) (digest \(data.digest.prefix(12))), not of "
          + "\(used.description) (\(own.digest.prefix(12))): what it learned from would be seen as generated")
    }
  }
}

extension ImageSource.Found {
  /// The same with other images.
  fileprivate func with(_ images: ImageCollection) -> ImageSource.Found {
    ImageSource.Found(experiment: experiment, scale: scale, dataset: dataset, images: images, excuse: excuse)
  }
}
