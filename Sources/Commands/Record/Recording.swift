import Foundation
import Harness
import Reporting

/// What `repro record` does before it prints: adds runs to the record, and renders anew what follows from it.
struct Recording {
  /// What became of the runs.
  let runs: Recorder.Outcome
  /// The rendered files that changed.
  let rendered: [String]
  /// Why figures were not drawn, where they were not.
  let figureProblem: String?

  /// Adds the finished runs of `type` at `scale` under `runs` to the record under `root`, and renders what follows from
  /// the records of `catalogue`.
  ///
  /// Nobody else changes the record meanwhile: `say` is told when that has to be waited for. Throws when the record itself cannot be read or written; a missing gnuplot is told in `figureProblem`.
  init(
    _ type: any Experiment.Type, scale: Scale, from runs: URL, catalogue: Catalogue, root: URL,
    say: (String) -> Void = { _ in }
  ) async throws {
    let lock = try await RecordLock(root: root, say: say)
    defer { withExtendedLifetime(lock) {} }
    let experiment = Declaration(type.init(scale: scale), scale: scale)
    self.runs = try await Recorder.record(experiment, from: runs, root: root)
    rendered = try Tables.renderAll(catalogue.declarations, root: root)
    let folder = ResultsFolder(root.appending(component: "Results"), experiment: type.name, scale: scale)
    var problem: String?
    do {
      try await Figures.plot(
        experiment, RecordedResults(readingFrom: folder), into: folder.figures)
    } catch let error as GnuplotError {
      problem = error.description
    }
    figureProblem = problem
  }
}
