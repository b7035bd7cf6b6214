import Vision

extension Arm {
  /// Throws a `RunProblem` where `images` lack what the arm adds to its own.
  public func check(offeredBy images: ImageCollection) throws {
    guard let inflation else { return }
    guard images.offers(inflation.source) else {
      throw RunProblem("arm “\(name)” takes \(inflation.description), and there are none")
    }
    let found = images.count(of: inflation.source)
    guard let wanted = inflation.count, wanted > found else { return }
    throw RunProblem("arm “\(name)” takes \(inflation.description), and there are only \(found)")
  }
}

extension ImageCollection {
  /// The same collection, with procedural images for whatever `arms` add that it lacks.
  package func offeringStandIns(to arms: [Arm]) -> ImageCollection {
    let lacking = arms.compactMap(\.inflation).filter { !offers($0.source) }
    let sources = Dictionary(grouping: lacking, by: \.source)
    return offering(
      Dictionary(
        uniqueKeysWithValues: sources.map { source, inflations in
          (
            source,
            .standIn(
              for: source, count: inflations.map { $0.count ?? pretraining.count }.max()!,
              side: pretraining.height)
          )
        }))
  }
}
