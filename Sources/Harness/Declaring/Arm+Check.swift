import Pretraining

extension Arm {
  /// Throws a `RunProblem` when the arm's constants make no sense, alone or with `imageCount` images.
  public func check(imageCount: Int = .max) throws {
    func require(_ condition: Bool, _ problem: @autoclosure () -> String) throws {
      if !condition { throw RunProblem("arm “\(name)”: \(problem())") }
    }
    try require(plan.epochs >= 0, "epochs is \(plan.epochs), but must not be negative")
    try require(plan.epochs <= 1_000_000, "epochs is \(plan.epochs), but at most 1000000 make sense")
    try require(plan.batchSize > 0, "batchSize is \(plan.batchSize), but must be at least 1")
    if let problem = ConstantRange.problem(in: configuration.json) {
      throw RunProblem("arm “\(name)”: \(problem)")
    }
    // An untrained network is built and measured all the same.
    if let problem = (hyperparameters as? any CheckedHyperparameters)?.problem(with: plan) {
      throw RunProblem("arm “\(name)”: \(problem)")
    }
    if let problem = memoryProblem() { throw RunProblem("arm “\(name)”: \(problem)") }
    if plan.epochs == 0 { return }
    try require(
      plan.batchSize <= imageCount,
      "batchSize is \(plan.batchSize), but there are only \(imageCount) images: no step could be taken")
    if let perEpoch = plan.imagesPerEpoch {
      try require(
        perEpoch >= plan.batchSize, "imagesPerEpoch is \(perEpoch), less than a batch of \(plan.batchSize)")
    }
    let rate = plan.optimizer.learningRate
    try require(rate.isFinite && rate >= 0, "learningRate is \(rate), but must not be negative")
    for (path, value) in JSONValue(encoding: plan).leaves {
      guard let number = value.number, let constant = path.split(separator: ".").last else { continue }
      // Known by its name, whichever rule or schedule has it.
      switch constant {
      case "momentum", "beta1", "beta2":
        try require((0..<1).contains(number), "\(constant) is \(value), but must lie within 0..<1")
      case "weightDecay", "trust", "epsilon", "warmupEpochs":
        try require(number >= 0, "\(constant) is \(value), but must not be negative")
      default: break
      }
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
