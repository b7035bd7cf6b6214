import ArgumentParser
import Foundation
import Harness
import Tensors
import Vision

/// Trains recorded arms anew, on the images that the record was made on.
struct Retraining {
  let type: any Experiment.Type
  let scale: Scale
  let output: URL
  let data: DataOptions
  let inflation: InflationOptions

  /// The record of the experiment; throws what reading it throws.
  func recorded() throws -> RecordedResults {
    try RecordedResults(
      readingFrom: ResultsFolder(Project.results, experiment: type.name, scale: scale))
  }

  /// The scores of arms called `names`, trained with `seeds`, and the folder of the runs.
  ///
  /// `manifest` is a recorded run whose images and threads are to be met. Throws where others are here, or a run fails.
  func scores(
    of names: [String], seeds: [UInt64], as manifest: RunManifest, in recorded: RecordedResults
  ) async throws -> (rows: [ScoreRow], folder: URL) {
    let experiment = type.init(scale: scale)
    let arms = try experiment.arms(named: names)
    Interruption.listen()
    let own = try await data.images(for: type, scale: scale, isRealDataOnly: true)
    let found = try inflation.files(runs: output).offering(to: arms, in: own)
    guard found.images.identity.digest == manifest.data.digest else {
      throw RunProblem(
        "the record was made on \(manifest.data.name) (\(manifest.data.kind), \(manifest.data.digest.prefix(12))), but "
          + "the images here are \(found.images.identity.kind) (\(found.images.identity.digest.prefix(12)))")
    }
    try checkAddedImages(found.images, of: arms, in: recorded)
    // As many threads as then: with other numbers of them sums are rounded differently.
    WorkerPool.start(threads: manifest.threads)
    let source = SourceState.built
    let request = Runner.Request(
      scale: scale, arms: arms, seeds: seeds,
      dataset: found.dataset, output: place(of: source), threads: manifest.threads, isFresh: source.isDirty)
    let progress = ProgressPrinter(imagesPerEpoch: found.images.pretraining.count, runs: request)
    let runner = Runner(experiment, request, images: found.images, source: source) { progress.show($0) }
    let outcomes = try runner.run()
    if let failed = outcomes.first(where: { $0.manifest.status == .failed }) {
      Console.error("\(failed.run.arm.name) failed: \(failed.manifest.failure ?? "")")
      throw Failure.runtime
    }
    return (try outcomes.flatMap { try ScoreRow.read(from: $0.run.folder.scores) }, request.output)
  }

  /// The baseline's run of the first seed that both arms have.
  func firstPair(of arms: [String], in recorded: RecordedResults) -> RunManifest? {
    let current = recorded.manifests.filter { $0.identity.version == type.version }
    func seeds(_ arm: String) -> Set<UInt64> {
      Set(current.filter { $0.identity.arm == arm }.map(\.identity.seed))
    }
    guard let seed = seeds(arms[0]).intersection(seeds(arms[1])).min() else { return nil }
    return current.first { $0.identity.arm == arms[0] && $0.identity.seed == seed }
  }

  /// Throws a `RunProblem` where other images would be added than those of the record.
  private func checkAddedImages(
    _ images: ImageCollection, of arms: [Arm], in recorded: RecordedResults
  ) throws {
    for arm in arms {
      guard let source = arm.inflation?.source, let here = images.identity(of: source),
        let there = recorded.manifests.first(where: { $0.identity.arm == arm.name })?.inflation,
        here.digest != there.digest
      else { continue }
      throw RunProblem(
        "the record of “\(arm.name)” has images of \(there.name) added (\(there.digest.prefix(12))), but those here are "
          + "\(here.name) (\(here.digest.prefix(12))): name the recorded ones with --generated")
    }
  }

  /// One folder per commit, so that an interrupted comparison goes on and another commit's is never taken for this one's.
  private func place(of source: SourceState) -> URL {
    let name = source.isDirty ? "changed-files" : String((source.commit ?? "").prefix(12))
    return output.appending(components: RunFolder.rerunName, name)
  }
}
