import Foundation
import Harness
import Reporting

/// How a claim stands while its runs go on: told after every finished pair, so that stopping early still answers.
final class Standing {
  private let experiment: Declaration
  private var finished: [PlannedRun] = []
  private var told = 0

  init(_ experiment: Declaration) { self.experiment = experiment }

  /// A line once `event` has completed a pair of the headline; `nil` otherwise, and where pairs say nothing about the paper: of
  /// synthetic images, and below the scales of papers.
  func line(after event: RunEvent) throws -> String? {
    switch event {
    case .finished(let run, _), .kept(let run, _): finished.append(run)
    default: return nil
    }
    let headline = experiment.claims[0].comparisons[0]
    func seeds(_ arm: String) -> Set<UInt64> { Set(finished.filter { $0.arm.name == arm }.map(\.key.seed)) }
    let pairs = headline.arms.map(seeds).reduce(seeds(headline.treatment)) { $0.intersection($1) }.count
    guard pairs > told else { return nil }
    told = pairs
    let results = RecordedResults(
      scores: try finished.flatMap { try $0.folder.measuredScores() },
      curves: try finished.flatMap { try $0.folder.observedCurves() },
      manifests: try finished.map { try RunManifest(contentsOf: $0.folder.manifest) })
    return results.isSynthetic || !experiment.scale.isAboutPapers
      ? nil : try Report.standing(experiment, results: results)
  }
}
