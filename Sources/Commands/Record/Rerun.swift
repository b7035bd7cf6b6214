import ArgumentParser
import Checking
import Foundation
import Harness

/// Trains one recorded pair of runs anew and compares it with the record.
struct Rerun {
  let retraining: Retraining

  /// Says how the new pair compares; ends with status 1 where it is not what the record allows.
  func perform() async throws {
    let (type, scale) = (retraining.type, retraining.scale)
    let recorded = try retraining.recorded()
    let comparison = type.init(scale: scale).headline
    guard let manifest = retraining.firstPair(of: comparison.arms, in: recorded) else {
      throw RunProblem(
        "no pair of \(type.name) is on record at \(scale.rawValue) scale: run it, then record it")
    }
    let (scores, folder) = try await retraining.scores(
      of: comparison.arms, seeds: [manifest.identity.seed], as: manifest, in: recorded)
    try report(RerunComparison(comparison, anew: scores, recorded: recorded), folder)
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
