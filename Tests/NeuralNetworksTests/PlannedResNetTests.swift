import TestSupport
import Testing

@testable import NeuralNetworks
@testable import Tensors

/// The planned executor against layers one after another: values, every gradient, running statistics.
@Suite struct PlannedResNetTests {
  /// A value so near zero that the order of a sum decides its sign passes a ReLU in one form only, and all gradients below
  /// it change. So every batch's may be 1 % apart, and one batch of five has to come as close as rounding lets it.
  @Test(arguments: PlannedCase.all) func float32Agrees(_ c: PlannedCase) {
    var apart: [Float] = []
    for seed in 3..<8 where !apart.contains(where: { $0 <= c.gradientTolerance }) {
      apart.append(distanceOfGradients(c, seed: UInt64(seed)))
    }
    #expect(apart.allSatisfy { $0 <= 1e-2 }, "gradients are \(apart) apart")
    #expect(apart.contains { $0 <= c.gradientTolerance }, "gradients are \(apart) apart")
  }

  /// Expects the same values and statistics, and returns the largest distance of a parameter's gradients.
  private func distanceOfGradients(_ c: PlannedCase, seed: UInt64) -> Float {
    let (planned, plain) = (
      PlannedOutcome(c, .float32, planned: true, seed: seed),
      PlannedOutcome(c, .float32, planned: false, seed: seed)
    )
    #expect(distance(planned.features, plain.features) <= 2e-5)
    #expect(planned.gradients.count == c.network().parameters.count)
    for (name, statistic) in plain.statistics {
      let apart = distance(planned.statistics[name], statistic)
      #expect(apart <= 1e-5, "\(name) is \(apart) apart")
    }
    return plain.gradients.map { distance(planned.gradients[$0.key], $0.value) }.max() ?? .infinity
  }

  /// In bfloat16 two orders of summation drift apart as far as each is from float32; so both are held to that. The bound:
  /// no gradient's error is more than twice the plain form's, and of all gradients together not more than 1.2 times.
  @Test(arguments: PlannedCase.all) func bfloat16IsAsNearToFloat32(_ c: PlannedCase) {
    let exact = PlannedOutcome(c, .float32, planned: false)
    let (planned, plain) = (
      PlannedOutcome(c, .bfloat16, planned: true), PlannedOutcome(c, .bfloat16, planned: false)
    )
    #expect(distance(planned.features, plain.features) <= 2e-2)
    #expect(planned.gradients.count == exact.gradients.count)
    for (name, gradient) in exact.gradients {
      let (error, usual) = (
        distance(planned.gradients[name], gradient), distance(plain.gradients[name], gradient)
      )
      #expect(
        error <= 2 * usual + 0.02, "gradients of \(name) are off by \(error), in the plain form by \(usual)")
    }
    let names = exact.gradients.keys.sorted()
    func all(_ outcome: PlannedOutcome) -> [Float] { names.flatMap { outcome.gradients[$0]! } }
    let (error, usual) = (distance(all(planned), all(exact)), distance(all(plain), all(exact)))
    #expect(error <= 1.2 * usual, "all gradients are off by \(error), in the plain form by \(usual)")
    for (name, statistic) in plain.statistics {
      let apart = distance(planned.statistics[name], statistic)
      #expect(apart <= 2e-2, "\(name) is \(apart) apart")
    }
  }

  @Test(arguments: [DataType.float32, .bfloat16]) func featureMapsAgreeToo(_ dataType: DataType) {
    let c = PlannedCase.all[1]
    let planned = PlannedOutcome(c, dataType, planned: true, pooled: false)
    let plain = PlannedOutcome(c, dataType, planned: false, pooled: false)
    #expect(distance(planned.features, plain.features) <= (dataType == .float32 ? 2e-5 : 2e-2))
    for (name, gradient) in plain.gradients where dataType == .float32 {
      #expect(distance(planned.gradients[name], gradient) <= 1e-2, "\(name)")
    }
    // What is pooled afterwards by its own operation, is what the plan pools at the end.
    let direct = c.run(planned: true) { c.network()(c.batch(dataType)) }
    let separate = c.run(planned: true) { c.network().featureMap(of: c.batch(dataType)).globalAverage() }
    #expect(direct.floats == separate.floats)
  }

  @Test(arguments: PlannedCase.all, [DataType.float32, .bfloat16])
  func forwardAloneGivesWhatTrainingGives(_ c: PlannedCase, _ dataType: DataType) {
    let training = PlannedOutcome(c, dataType, planned: true)
    let network = c.network()
    let features = c.run(planned: true) { network(c.batch(dataType)) }
    #expect(features.floats == training.features)
    for (name, state) in network.namedState {
      if case .statistic(let statistic) = state {
        #expect(statistic.value.floats == training.statistics[name])
      }
    }
  }

  @Test(arguments: PlannedCase.all, [DataType.float32, .bfloat16])
  func inferenceAgrees(_ c: PlannedCase, _ dataType: DataType) {
    let network = c.network()
    for seed in 0..<3 { _ = network(c.batch(.float32, seed: UInt64(seed))) }
    let images = c.batch(dataType, seed: 9)
    let planned = c.run(planned: true) { inference { (network(images), network.featureMap(of: images)) } }
    let plain = c.run(planned: false) { inference { (network(images), network.featureMap(of: images)) } }
    let bound: Float = dataType == .float32 ? 1e-5 : 1e-2
    #expect(distance(planned.0.floats, plain.0.floats) <= bound)
    #expect(distance(planned.1.floats, plain.1.floats) <= bound)
    #expect(planned.1.dataType == dataType)
  }

  @Test func inferenceOfOneImageIsThatOfManyAtOnce() {
    let c = PlannedCase(name: "", configuration: .resNet18(width: 16), images: [70, 32, 32, 3])
    let network = c.network()
    let images = c.batch(.float32)
    let all = c.run(planned: true) { inference { network(images) } }.floats
    let size = images.shape.stride
    for index in [0, 34, 35, 69] {
      let image = Tensor(Array(images.floats[index * size..<(index + 1) * size]), shape: [1, 32, 32, 3])
      let one = c.run(planned: true) { inference { network(image) } }.floats
      expectClose(
        one, Array(all[index * network.featureCount..<(index + 1) * network.featureCount]), relative: 1e-5)
    }
  }
}
