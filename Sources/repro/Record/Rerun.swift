import ArgumentParser
import Foundation
import Harness
import Tensors
import Vision

/// Trains one recorded pair of runs anew and compares it with the record.
struct Rerun {
  let type: any Experiment.Type
  let scale: Scale
  let output: URL
  let data: DataOptions
  let inflation: InflationOptions

  /// Says how the new pair compares; ends with status 1 where it is not what the record allows.
  func perform() async throws {
    let folder = ResultsFolder(Project.results, experiment: type.name, scale: scale)
    let recorded = try RecordedResults(readingFrom: folder)
    let experiment = type.init(scale: scale)
    let names = [experiment.headline.baseline, experiment.headline.treatment]
    let arms = try experiment.arms(named: names)
    guard let manifest = firstPair(of: names, in: recorded) else {
      throw RunProblem(
        "no pair of \(type.name) is on record at \(scale.rawValue) scale: run it, then record it")
    }
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
      scale: scale, arms: arms, seeds: [manifest.identity.seed],
      dataset: found.dataset, output: place(of: source), threads: manifest.threads, isFresh: source.isDirty)
    let progress = ProgressPrinter(imagesPerEpoch: found.images.pretraining.count, runs: request)
    let runner = Runner(experiment, request, images: found.images, source: source) { progress.show($0) }
    let outcomes = try runner.run()
    if let failed = outcomes.first(where: { $0.manifest.status == .failed }) {
      Console.error("\(failed.run.arm.name) failed: \(failed.manifest.failure ?? "")")
      throw Failure.runtime
    }
    let scores = try outcomes.flatMap { try ScoreRow.read(from: $0.run.folder.scores) }
    try report(RerunComparison(experiment.headline, anew: scores, recorded: recorded), request.output)
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

  /// The baseline's run of the first seed that both arms have.
  private func firstPair(of arms: [String], in recorded: RecordedResults) -> RunManifest? {
    let current = recorded.manifests.filter { $0.identity.version == type.version }
    func seeds(_ arm: String) -> Set<UInt64> {
      Set(current.filter { $0.identity.arm == arm }.map(\.identity.seed))
    }
    guard let seed = seeds(arms[0]).intersection(seeds(arms[1])).min() else { return nil }
    return current.first { $0.identity.arm == arms[0] && $0.identity.seed == seed }
  }

  private func report(_ comparison: RerunComparison, _ folder: URL) throws {
    for line in comparison.lines { Console.result("\(line.isWithin ? "within" : "moved"): \(line)") }
    for arm in comparison.identicalArms { Console.result("\(arm): every score is the recorded one") }
    if !comparison.agrees {
      Console.note("the new runs are kept in \(folder.path)")
      throw ExitCode(1)
    }
  }
}
