import Foundation
import Harness
import Tensors
import Vision

/// Trains and measures cells one after the other; what cannot be run is told and passed over.
struct CellRunner {
  /// What came of cells.
  struct Tally: Equatable {
    /// Runs that failed, or whose folders hold something else.
    var failures = 0
    /// Cells whose images could not be had.
    var withoutData = 0
    /// Cells that another process is at.
    var held = 0

    /// Adds what came of further cells.
    mutating func add(_ other: Tally) {
      failures += other.failures
      withoutData += other.withoutData
      held += other.held
    }

    /// Ends the command with the status that says the worst of it; what others are at matters unless `isAllDone`.
    func end(isAllDone: Bool = false) throws {
      if failures > 0 { throw Failure.runtime }
      if withoutData > 0 { throw Failure.noData }
      if held > 0 && !isAllDone { throw Failure.runAgain }
    }
  }

  let scale: Scale
  let output: URL
  let data: DataOptions
  let inflation: InflationOptions
  let isRealDataOnly: Bool
  let source: SourceState

  /// What came of the cells so far.
  private(set) var tally = Tally()
  private var loaded: (name: String, part: RecordPart, found: ImageSource.Found)?
  private var withoutImages: Set<String> = []

  init(
    scale: Scale, output: URL, data: DataOptions, inflation: InflationOptions, isRealDataOnly: Bool,
    source: SourceState
  ) {
    (self.scale, self.output, self.data, self.inflation) = (scale, output, data, inflation)
    (self.isRealDataOnly, self.source) = (isRealDataOnly, source)
  }

  /// Runs `cell`, having said `title`, for a part of the record, measured by `evaluations` or all; throws `Interrupted` with
  /// everything saved.
  mutating func run(
    _ cell: Cell, part: RecordPart = .main, evaluations: [String]? = nil, title: String
  ) async throws {
    guard let own = try await images(of: cell, part) else { return }
    let arms = try own.experiment.arms(named: cell.arms)
    let found: ImageSource.Found
    do {
      found = try inflation.files(runs: output).offering(to: arms, in: own)
    } catch let error where error is RunProblem || error is ArrayFileError {
      tally.withoutData += 1
      return Console.error("\(cell) is passed over: \(error)")
    }
    let request = Runner.Request(
      scale: found.scale, arms: arms, seeds: [cell.seed], evaluations: evaluations, dataset: found.dataset,
      overrides: part == .gates ? [.holdingOutTail] : [], output: output, threads: WorkerPool.threads)
    Console.note("\(title): \(cell)")
    let progress = ProgressPrinter(imagesPerEpoch: found.images.pretraining.count, runs: request)
    let runner = Runner(found.experiment, request, images: found.images, source: source) {
      progress.show($0)
    }
    do {
      tally.failures += try runner.run().count { $0.manifest.status == .failed }
    } catch let error as FolderInUse {
      tally.held += 1
      let who = error.holder.map { "process \($0)" } ?? "another process"
      Console.note("\(cell) is passed over: \(who) is at it")
    } catch let error as ForeignRun {
      tally.failures += 1
      Console.error("\(error)")
    }
  }

  /// The images of `cell`'s experiment, read once for cells that follow each other; `nil` where they cannot be had.
  private mutating func images(of cell: Cell, _ part: RecordPart) async throws -> ImageSource.Found? {
    let type = try Known.catalogue.experiment(named: cell.experiment)
    if withoutImages.contains(type.name) {
      tally.withoutData += 1
      return nil
    }
    if let loaded, loaded.name == type.name, loaded.part == part { return loaded.found }
    do {
      let found = try await data.images(
        for: type, scale: scale, isRealDataOnly: isRealDataOnly, holdingOutTail: part == .gates)
      loaded = (type.name, part, found)
      return found
    } catch let error where Failure.status(of: error) == Failure.noData {
      withoutImages.insert(type.name)
      tally.withoutData += 1
      Console.error("\(type.name) is passed over, since its images could not be had: \(error)")
      return nil
    }
  }
}
