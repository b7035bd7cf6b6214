import Pretraining

/// A run that cannot be, found before anything is trained.
public struct RunProblem: Error, Equatable, CustomStringConvertible {
  /// What is wrong and what to do, in one line.
  public let description: String

  /// Creates a problem.
  public init(_ description: String) { self.description = description }
}

extension Arm {
  /// Throws a `RunProblem` when the arm's constants make no sense, alone or with `imageCount` images.
  public func check(imageCount: Int = .max) throws {
    func require(_ condition: Bool, _ problem: @autoclosure () -> String) throws {
      if !condition { throw RunProblem("arm “\(name)”: \(problem())") }
    }
    try require(plan.epochs >= 0, "epochs is \(plan.epochs), but must not be negative")
    if plan.epochs == 0 { return }
    try require(plan.batchSize > 0, "batchSize is \(plan.batchSize), but must be at least 1")
    try require(
      plan.batchSize <= imageCount,
      "batchSize is \(plan.batchSize), but there are only \(imageCount) images: no step could be taken")
    let rate = plan.optimizer.learningRate
    try require(rate.isFinite && rate >= 0, "learningRate is \(rate), but must not be negative")
    if let problem = (hyperparameters as? any CheckedHyperparameters)?.problem(with: plan) {
      throw RunProblem("arm “\(name)”: \(problem)")
    }
  }
}

/// Throws a `RunProblem` when two arms would share a folder.
func checkDistinct(_ arms: [Arm]) throws {
  for (slug, sharing) in Dictionary(grouping: arms, by: \.slug) where sharing.count > 1 {
    let names = sharing.map(\.name).asChoice
    throw RunProblem("the arms \(names) would share the folder “\(slug)”: rename one of them")
  }
}
