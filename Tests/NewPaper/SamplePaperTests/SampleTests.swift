import Harness
import NeuralNetworks
import Pretraining
import SamplePaper
import Tensors
import TestSupport
import Testing
import Vision

struct SampleTests {
  // Modules imported above may have something of that name.
  typealias Method = SamplePaper.Sample

  func method() -> Method {
    var constants = Method.Hyperparameters()
    constants.embeddingDimension = 16
    var random = Random(seed: 0, stream: "weights")
    return Method(.resNet18(width: 4), constants, side: 16, using: &random)
  }

  func batch() -> Batch {
    let images = randomTensor([8, 16, 16, 3])
    let views = [1, 2].map { seed in
      Batch.View(images: images + 0.3 * randomTensor([8, 16, 16, 3], seed: seed), crops: [])
    }
    return Batch(views: views, indices: Array(0..<8))
  }

  /// The paper's equations in plain loops.
  @Test func theLossIsThePapers() {
    let (n, d) = (6, 4)
    let views = [randomTensor([n, d], seed: 1), randomTensor([n, d], seed: 2)]
    let z = views.map { $0.floats.map(Double.init) }
    var (agreement, spread) = (0.0, 0.0)
    for i in 0..<n * d { agreement += (z[0][i] - z[1][i]) * (z[0][i] - z[1][i]) / Double(n * d) }
    for view in z {
      for j in 0..<d {
        let column = (0..<n).map { view[$0 * d + j] }
        let mean = column.reduce(0, +) / Double(n)
        let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n - 1)
        spread += max(0, 1 - (variance + 1e-4).squareRoot()) / Double(d)
      }
    }
    let loss = Method.loss(views[0], views[1], λ: 3)
    expectClose(
      loss.terms.map(\.value.item) + [loss.total.item],
      [agreement, spread, agreement + 3 * spread].map(Float.init), relative: 1e-4)
  }

  @Test func theLossIsDifferentiatedInBothViews() {
    expectGradients(shapes: [[6, 4], [6, 4]], draw: { 0.3 * $0.normal() }) {
      Method.loss($0[0].value, $0[1].value, λ: 3).total
    }
  }

  /// Everything that must get a gradient has one; say here, too, what must have none.
  @Test func everyParameterIsTrained() {
    let (method, batch) = (method(), batch())
    let start = TrainingProgress(step: 0, steps: 10, epoch: 0, epochs: 1)
    let (_, gradients) = withGradients(of: method.parameters) { method.loss(of: batch, at: start) }
    for (name, parameter) in method.namedParameters {
      #expect(gradients[parameter]?.floats.contains { $0 != 0 } == true, "\(name) has no gradient")
    }
  }

  @Test(arguments: Scale.allCases) func everyArmCanBeTrained(scale: Scale) throws {
    let experiment = SampleOnCIFAR10(scale: scale)
    for arm in experiment.arms { try arm.check() }
    let names = experiment.arms.map(\.name)
    for name in experiment.claims.flatMap(\.arms) { #expect(names.contains(name), "there is no “\(name)”") }
  }
}
