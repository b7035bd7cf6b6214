import Vision

extension ImageSource {
  /// The images of a folder of one's own for `type` at `scale`, shortened as the experiment shortens its own; kept, once
  /// decoded, beside the data sets.
  ///
  /// Throws a `DataError`.
  public func images(
    in folder: OwnImagesFolder, for type: any Experiment.Type, scale: Scale, holdingOutTail: Bool = false,
    limit: Int? = nil
  ) throws -> Found {
    let experiment = type.init(scale: scale)
    var dataset = folder.reference(like: experiment.dataset).limited(to: limit)
    dataset.holdsOutTail = dataset.holdsOutTail || holdingOutTail
    let images = try folder.load(dataset, cache: directory) { say($0) }
    return Found(experiment: experiment, scale: scale, dataset: dataset, images: images, excuse: nil)
  }
}
