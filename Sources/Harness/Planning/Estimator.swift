import Evaluation
import Pretraining
import Tensors
import Vision

/// Times a few steps of every arm and one measuring, and multiplies.
public struct Estimator {
  /// How many steps are timed at most, and for how long when they are slow.
  private static let (steps, fewest, seconds) = (20, 3, 5.0)
  /// The part of the training images that a measuring is timed on.
  private static let part = 10

  private let experiment: any Experiment
  private let scale: Scale
  private let images: ImageCollection
  private let say: (String) -> Void

  /// Creates an estimator that tells `say` what it is at.
  public init(
    _ experiment: any Experiment, scale: Scale, images: ImageCollection, say: @escaping (String) -> Void
  ) {
    self.experiment = experiment
    self.scale = scale
    self.images = images
    self.say = say
  }

  /// Times every arm, or those called `names`, and one measuring; throws a `RunProblem`, a `PretrainingError` or an
  /// `EvaluationError`.
  public func estimate(only names: Set<String>? = nil) throws -> Estimate {
    let arms = experiment.arms.filter { names?.contains($0.name) ?? true }
    guard let evaluated = arms.first(where: { $0.name == experiment.headline.baseline }) ?? arms.first else {
      throw RunProblem("\(type(of: experiment).name) has no arms")
    }
    let counts = arms.map { $0.mixture(of: images).count }
    for (arm, count) in zip(arms, counts) { try arm.check(imageCount: count) }
    // Arms first, the headline's before all: what is known is told as it comes, and measuring takes longest.
    let trained = arms.filter { $0.plan.epochs > 0 }
    var timings: [String: (step: Double, preparation: Double)] = [:]
    for arm in trained.filter({ $0.role == .headline }) + trained.filter({ $0.role != .headline }) {
      let timed = try timeSteps(of: arm)
      timings[arm.name] = timed
      let steps = arm.plan.epochs * arm.plan.stepsPerEpoch(over: arm.mixture(of: images).count)
      say(
        "\(arm.name): about \(Typography.duration(timed.preparation + Double(steps) * timed.step)) of training a seed"
      )
    }
    let measuring = try timeMeasuring(of: evaluated)
    let costs = zip(arms, counts).map { arm, count in
      let timed = timings[arm.name]
      let looks = arm.plan.epochs > 0 ? MonitorMetric.count(over: arm.plan.epochs) : 0
      let watched = min(images.training.count, Monitor.testCount + Monitor.trainingCount)
      return Estimate.ArmCost(
        name: arm.name, isHeadline: arm.role == .headline,
        steps: arm.plan.epochs * arm.plan.stepsPerEpoch(over: count), secondsPerStep: timed?.step,
        monitorSeconds: Double(looks * watched) * measuring.perImage,
        preparationSeconds: timed?.preparation ?? 0)
    }
    return Estimate(
      experiment: type(of: experiment).name, scale: scale, arms: costs, evaluationSeconds: measuring.total,
      evaluatedArm: evaluated.name)
  }

  /// A step, and what comes before the first one.
  private func timeSteps(of arm: Arm) throws -> (step: Double, preparation: Double) {
    say("timing steps of \(arm.name) …")
    defer { BufferPool.trim() }
    let training = try TimedTraining(of: arm, on: images, dataset: experiment.dataset)
    let last = min(Self.steps, training.stepCount - 1)
    // The first step allocates everything and packs every weight.
    _ = try training.step()
    var times: [Double] = []
    while times.count < last, times.count < Self.fewest || times.reduce(0, +) < Self.seconds {
      times.append(try ContinuousClock().measure { _ = try training.step() } / .seconds(1))
    }
    times.sort()
    return (times.isEmpty ? 0 : times[times.count / 2], training.preparationSeconds)
  }

  /// Features of a part of the images and every evaluation on it; what grows with the training images is multiplied.
  private func timeMeasuring(of arm: Arm) throws -> (total: Double, perImage: Double) {
    let measured = experiment.evaluations(of: arm, on: images)
    say("timing \(measured.map(\.name).joined(separator: ", ")) …")
    defer { BufferPool.trim() }
    let all = images.training.count
    let known = images.training.subset(0..<min(all, max(all / Self.part, 1_000)))
    let candidate = Candidate(
      arm.method(seed: 0, on: images.pretraining), training: known, test: images.test,
      segmentation: images.frames, standardization: .of(experiment.dataset.name),
      dataType: arm.plan.precision.dataType)
    let features = try seconds {
      _ = try candidate.values(.training)
      _ = try candidate.values(.test)
    }
    let perImage = features / Double(known.count + images.test.count)
    let growth = Double(all) / Double(known.count)
    let evaluations = try measured.reduce(0.0) { sum, evaluation in
      let once = try seconds { _ = try evaluation.evaluate(candidate) }
      return sum + once * (evaluation.growsWithTraining ? growth : 1)
    }
    return (perImage * Double(all + images.test.count) + evaluations, perImage)
  }

  private func seconds(_ body: () throws -> Void) rethrows -> Double {
    try ContinuousClock().measure(body) / .seconds(1)
  }
}
