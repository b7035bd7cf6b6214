import Foundation
import Vision

/// Finds an experiment's images: on disk, else from the network, else made by the suite itself.
public struct ImageSource {
  /// The images, and what to know about them.
  public struct Found {
    /// The experiment that runs on them: as asked for, or at demo scale when they are made here, at smoke scale where that
    /// was asked for.
    public let experiment: any Experiment
    /// Its scale.
    public let scale: Scale
    /// Which part of which data set they are.
    public let dataset: DatasetReference
    /// The images.
    public let images: ImageCollection
    /// Why they are not the ones asked for; `nil` when they are.
    public let excuse: String?
  }

  /// The folder of data sets.
  public let directory: URL
  /// Whether files of unknown content are used.
  public let acceptsAnyDigest: Bool
  /// Whether there is no way around the real images.
  public let isRealDataOnly: Bool
  /// Gets a data set into `directory`.
  let fetch: (DatasetReference.Name) async throws -> Void
  /// Tells the user what is going on.
  let say: (String) -> Void

  /// Creates a source.
  public init(
    directory: URL, acceptsAnyDigest: Bool, isRealDataOnly: Bool,
    fetch: @escaping (DatasetReference.Name) async throws -> Void, say: @escaping (String) -> Void
  ) {
    self.directory = directory
    self.acceptsAnyDigest = acceptsAnyDigest
    self.isRealDataOnly = isRealDataOnly
    self.fetch = fetch
    self.say = say
  }

  /// The images of `type` at `scale`; `holdingOutTail` measures on the last training images instead of the test images, and
  /// `limit` takes so many of the first to train on, at most.
  ///
  /// Throws a `DataError` for files that cannot be trusted, a `DownloadError` for what stands in the way on this machine, and
  /// why nothing could be got when only real images will do.
  public func images(
    for type: any Experiment.Type, scale: Scale, holdingOutTail: Bool = false, limit: Int? = nil
  ) async throws -> Found {
    let experiment = type.init(scale: scale)
    var dataset = experiment.dataset.limited(to: limit)
    dataset.holdsOutTail = dataset.holdsOutTail || holdingOutTail
    func found() throws -> Found {
      let images = try dataset.load(from: directory, acceptingDigest: acceptsAnyDigest)
      return Found(
        experiment: experiment, scale: scale, dataset: dataset,
        images: try images.with(segmentation(of: experiment, holdingOutTail) ?? images.segmentation),
        excuse: nil)
    }
    return try await finding(dataset.name, found) { reason in
      try standIn(for: type, scale: scale, missing: dataset.name, reason: reason, limit: limit)
    }
  }

  /// What `load` reads of data set `name`: on disk, else from the network, else, unless only real images will do, what
  /// `substitute` makes of the reason why it could not be had.
  ///
  /// Throws what the two throw, and a `DownloadError`.
  public func finding<Result>(
    _ name: DatasetReference.Name, _ load: () throws -> Result,
    otherwise substitute: (String) throws -> Result
  ) async throws -> Result {
    do {
      return try load()
    } catch let error as DataError where error.isAbsence {
      say("\(name.rawValue) is not in \(directory.path): getting it …")
    }
    do {
      try await fetch(name)
      return try load()
    } catch let error as DownloadError where !isRealDataOnly && error.isOutOfReach {
      return try substitute("\(error)")
    }
  }

  /// The images with masks that the experiment asks for beside its own; `nil` where it asks for none or none are here.
  private func segmentation(
    of experiment: any Experiment, _ holdingOutTail: Bool
  ) throws -> SegmentationCollection? {
    guard var other = experiment.denseDataset else { return nil }
    other.holdsOutTail = other.holdsOutTail || holdingOutTail
    do throws(DataError) {
      return try other.load(from: directory, acceptingDigest: acceptsAnyDigest).segmentation
    } catch {
      guard error.isAbsence && !isRealDataOnly else { throw error }
      say("\(other.name.rawValue) is not in \(directory.path): what is measured on it is left out")
      return nil
    }
  }

  private func standIn(
    for type: any Experiment.Type, scale: Scale, missing name: DatasetReference.Name, reason: String,
    limit: Int?
  ) throws -> Found {
    // A test stays one; whoever asked for more sees at least that training works.
    let scale = scale == .smoke ? Scale.smoke : .demo
    let experiment = type.init(scale: scale)
    let dataset = DatasetReference(
      .shapes, limit: experiment.dataset.limit, percent: experiment.dataset.percent
    ).limited(to: limit)
    let excuse =
      "The images of \(name.rawValue) could not be had: \(reason) This run therefore goes on at \(scale.rawValue) scale "
      + "with procedural images that the suite draws itself. It shows that everything works and nothing about the paper: "
      + "all it writes is marked synthetic, and no paper table reads it."
    return Found(
      experiment: experiment, scale: scale, dataset: dataset,
      images: try dataset.load(from: directory, acceptingDigest: acceptsAnyDigest), excuse: excuse)
  }
}

extension DataError {
  /// Whether a data set is simply not there, rather than there and wrong.
  public var isAbsence: Bool { if case .missing = self { true } else { false } }
}

extension DownloadError {
  /// Whether the data set is out of reach from here, rather than something here that the user can put right.
  public var isOutOfReach: Bool {
    switch self {
    case .unreachable, .failed, .missingProgram, .notPublished: true
    case .cannotLock, .nothingThere, .cannotUnpack, .builtIn: false
    }
  }
}
