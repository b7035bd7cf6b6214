import Foundation
import Harness
import NeuralNetworks
import Pretraining
import Recipes
import Records
import Tensors
import Vision

/// Replays the golden curves of one experiment, or writes them.
struct GoldenCheck {
  /// By what the learning rate is divided: at full rate ten steps blow the rounding of another instruction set up to
  /// 0.1 of a loss, at a hundredth of it to 0.0002, while a changed view, network, loss or gradient still shows in full.
  private static let slowdown: Float = 100
  /// How often a curve is replayed from weights that rounding has moved before it is written.
  private static let disturbanceCount = 4
  /// By what part of itself each of those weights is moved at most: a few units in float32's last place.
  private static let disturbance: Float = 0x1p-21

  private let experiment: any Experiment
  private let root: URL

  init(_ type: any Experiment.Type, root: URL) {
    experiment = type.init(scale: .smoke)
    self.root = root
  }

  private var name: String { type(of: experiment).name }

  /// The arms that have a curve.
  var arms: [Arm] { experiment.arms.filter { $0.plan.epochs > 0 } }

  /// Where the replayed curves are not the committed ones.
  func discrepancies() -> [Discrepancy] {
    let images = self.images
    return arms.compactMap { arm in
      let path = GoldenCurve.path(name, arm: arm.name)
      guard FileManager.default.fileExists(atPath: root.appending(path: path).path) else {
        return Discrepancy(
          path, "there is no such curve: repro check \(name) --write-golden, from a clean tree")
      }
      do {
        let committed = GoldenCurve(rows: try GoldenRow.read(from: root.appending(path: path)))
        let steps = max(committed.rows.count, GoldenCurve.fewestSteps)
        return try replay(arm, on: images, steps: steps).movement(from: committed).map {
          Discrepancy(path, $0)
        }
      } catch {
        return Discrepancy(path, error, root: root)
      }
    } + curvesOfNoArm
  }

  /// Writes every curve that is missing or has moved, or goes on where rounding alone moves it; returns their places.
  /// Throws what training or writing throws.
  func write() throws -> [String] {
    let images = self.images
    return try arms.compactMap { arm in
      let path = GoldenCurve.path(name, arm: arm.name)
      let url = root.appending(path: path)
      let curve = try steadyCurve(of: arm, on: images)
      // What moved by rounding alone stays, so that machines do not write each other's curves anew.
      if let old = try? GoldenRow.read(from: url), old.count <= curve.rows.count,
        curve.first(old.count).movement(from: GoldenCurve(rows: old)) == nil
      {
        return nil
      }
      try makeFolder(url.deletingLastPathComponent())
      try writeAtomically(Data(GoldenRow.table(of: curve.rows).utf8), to: url)
      return path
    }
  }

  private var curvesOfNoArm: [Discrepancy] {
    let folder = GoldenCurve.folder(name)
    let files = try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)
    let known = Set(arms.map { GoldenCurve.path(name, arm: $0.name) })
    return (files ?? []).sorted().map { "\(folder)/\($0)" }.filter { !known.contains($0) }
      .map { Discrepancy($0, "belongs to no trained arm of \(name): remove it") }
  }

  /// Procedural images, and others to add to them.
  private var images: ImageCollection {
    let images = Shapes.images(experiment.dataset.limit ?? 512, seed: 0, stream: "shapes.training")
    let collection = ImageCollection(
      pretraining: images, training: images, test: images,
      identity: DataIdentity(name: "shapes", kind: "synthetic", digest: ""))
    return collection.offeringStandIns(to: arms)
  }

  /// The first losses of `arm` as far as rounding leaves them alone: where codes are rounded, say, the last bit of a sum
  /// decides after a few steps which way, and what follows says more about the machine than about the code.
  private func steadyCurve(of arm: Arm, on images: ImageCollection) throws -> GoldenCurve {
    let curve = try replay(arm, on: images, steps: GoldenCurve.stepCount)
    let steady = try (1...Self.disturbanceCount).map { number in
      let random = Random(seed: UInt64(number), stream: "golden.disturbance")
      return try replay(arm, on: images, steps: curve.rows.count, disturbed: random).steadyCount(
        beside: curve)
    }
    return curve.first(max(steady.min()!, GoldenCurve.fewestSteps))
  }

  /// The first losses of `arm` with seed 0, in float32 and at a small learning rate, from its first weights or from such
  /// as `random` disturbs.
  private func replay(
    _ arm: Arm, on images: ImageCollection, steps: Int, disturbed random: Random? = nil
  ) throws -> GoldenCurve {
    let seed: UInt64 = 0
    let mixture = arm.mixture(of: images)
    let method = try arm.preparedMethod(seed: seed, on: mixture.images, precision: .float32)
    var plan = arm.plan
    plan.precision = .float32
    plan.optimizer = plan.optimizer.slowed(by: Self.slowdown)
    let pretrainer = try Pretrainer(
      method: method, plan: plan, mixture: mixture, standardization: .shapes, seed: seed)
    let parameters = method.parameters
    if var random { parameters.forEach { $0.disturb(by: Self.disturbance, using: &random) } }
    let beginning = parameters.map(\.constant)
    return GoldenCurve(
      rows: try (1...min(steps, pretrainer.progress.steps)).map { step in
        let loss = Double(try pretrainer.step().loss)
        let squares = zip(parameters, beginning).map { $0.constant.squaredDistance(to: $1) }
        return GoldenRow(
          experiment: name, version: type(of: experiment).version, arm: arm.name, seed: seed, step: step,
          loss: loss, distance: squares.reduce(0, +).squareRoot())
      })
  }
}

extension Parameter {
  /// Moves every weight by at most `part` of itself.
  fileprivate func disturb(by part: Float, using random: inout Random) {
    let value = constant
    update { $0 = value * Tensor(shape: value.shape) { random.uniform(in: 1 - part...1 + part) } }
  }
}

extension Tensor {
  /// Σ (a − b)² in double precision.
  fileprivate func squaredDistance(to other: Tensor) -> Double {
    withFloats { own in
      other.withFloats { other in
        zip(own, other).reduce(0) { sum, pair in
          let difference = Double(pair.0) - Double(pair.1)
          return sum + difference * difference
        }
      }
    }
  }
}

extension OptimizerConfiguration {
  /// The same rule with a smaller learning rate.
  fileprivate func slowed(by factor: Float) -> OptimizerConfiguration {
    switch self {
    case .sgd(let rate, let momentum, let weightDecay, let nesterov):
      .sgd(
        learningRate: rate / factor, momentum: momentum, weightDecay: weightDecay, nesterov: nesterov)
    case .lars(let rate, let momentum, let weightDecay, let trust):
      .lars(learningRate: rate / factor, momentum: momentum, weightDecay: weightDecay, trust: trust)
    case .larc(let rate, let momentum, let weightDecay, let trust):
      .larc(
        learningRate: rate / factor, momentum: momentum, weightDecay: weightDecay, trust: trust / factor)
    case .adam(let rate, let beta1, let beta2, let epsilon, let weightDecay, let decoupled):
      .adam(
        learningRate: rate / factor, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay,
        decoupled: decoupled)
    }
  }
}
