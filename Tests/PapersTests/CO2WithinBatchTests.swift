import NeuralNetworks
import TestSupport
import Testing
import Vision

@testable import CO2Paper
@testable import Harness
@testable import Pretraining
@testable import Tensors

@Suite struct CO2WithinBatchTests {
  let start = TrainingProgress(step: 0, steps: 10, epoch: 0, epochs: 1)

  func method(_ change: (inout CO2WithinBatch.Hyperparameters) -> Void = { _ in }) -> CO2WithinBatch {
    var hyperparameters = CO2WithinBatch.Hyperparameters()
    hyperparameters.embeddingDimension = 16
    change(&hyperparameters)
    var random = Random(seed: 0, stream: "weights")
    return CO2WithinBatch(.resNet18(width: 4), hyperparameters, side: 16, using: &random)
  }

  func batch(_ count: Int = 8) -> Batch { pairedViews(count) }

  @Test(arguments: [false, true]) func theTermIsThePapersOverTheOtherImages(detached: Bool) {
    let z = randomTensor([10, 16], seed: 7).normalized()
    let values = z.floats.map { Double($0) }
    let rows = (0..<10).map { Array(values[$0 * 16..<($0 + 1) * 16]) }
    var expected = 0.0
    for i in 0..<10 {
      let j = (i + 5) % 10
      let negatives = (0..<10).filter { $0 != i && $0 != j }.map { rows[$0] }
      expected += CO2Oracle.consistency(rows[i], rows[j], negatives, 0.3) / 10
    }
    let method = method { ($0.consistencyTemperature, $0.detachesKeys) = (0.3, detached) }
    let found = Double(method.consistency(of: z).item)
    #expect(abs(found - expected) < 1e-5 * expected, "\(found), not \(expected)")
  }

  @Test(arguments: [("live", false), ("detached", true)])
  func theTermAndItsGradientAgreeWithPyTorch(name: String, detached: Bool) throws {
    let fixture = try Fixture("simclr")
    let z = Parameter(fixture.tensor("consistency.z"))
    let method = method {
      ($0.consistencyTemperature, $0.detachesKeys) =
        (Float(fixture.scalar("consistency.temperature")), detached)
    }
    let (loss, gradients) = withGradients(of: [z]) { Loss(method.consistency(of: z.value.normalized())) }
    let expected = Float(fixture.scalar("consistency.\(name).loss"))
    expectClose([loss.total.item], [expected], relative: 1e-5, "loss")
    expectClose(
      gradients[z]!.floats, fixture.tensor("consistency.\(name).gradient").floats, relative: 2e-5, "gradient")
  }

  @Test func equalViewsAreConsistentAndTeachNothingExactly() {
    let z = Parameter(Tensor([1, 0, 0, 1, 1, 0, 0, 1], shape: [4, 2]))
    for detached in [false, true] {
      let method = method { $0.detachesKeys = detached }
      let (loss, gradients) = withGradients(of: [z]) { Loss(method.consistency(of: z.value)) }
      #expect(loss.total.item == 0)
      #expect(gradients[z]!.floats.allSatisfy { $0 == 0 })
    }
  }

  @Test func gradientsByFiniteDifferences() {
    let method = method { $0.consistencyTemperature = 0.5 }
    expectGradients(shapes: [[4, 6], [4, 6]]) {
      method.consistency(of: Tensor.stacked([$0[0].value, $0[1].value]).normalized())
    }
  }

  @Test(arguments: [false, true]) func eachTermReachesEveryParameter(detached: Bool) {
    let (method, batch) = (method { $0.detachesKeys = detached }, batch())
    for pick in [0, 1] {
      let (_, gradients) = withGradients(of: method.parameters) {
        let terms = method.terms(of: batch)
        return Loss(pick == 0 ? terms.contrast : terms.consistency)
      }
      for (name, parameter) in method.namedParameters {
        #expect(gradients[parameter]?.floats.contains { $0 != 0 } == true, "term \(pick) in \(name)")
      }
    }
  }

  @Test func weightZeroIsSimCLRBitForBit() {
    let (method, twin, batch) = (method { $0.consistencyWeight = 0 }, method(), batch())
    let (loss, gradients) = withGradients(of: method.parameters) { method.loss(of: batch, at: start) }
    let (plain, plainGradients) = withGradients(of: twin.parameters) {
      Loss(
        ntXent(twin.network(Tensor.stacked(batch.views.map(\.images))).normalized(), temperature: 0.5))
    }
    #expect(loss.total.item == plain.total.item)
    for (a, b) in zip(method.parameters, twin.parameters) {
      #expect(gradients[a]?.floats == plainGradients[b]?.floats)
    }
  }

  @Test func theTotalIsTheWeightedSum() {
    let loss = method { $0.consistencyWeight = 0.7 }.loss(of: batch(), at: start)
    let terms = loss.terms.map(\.value.item)
    #expect(abs(loss.total.item - (terms[0] + 0.7 * terms[1])) < 1e-6)
    #expect(terms[1] > 0)
  }

  @Test func theArmsAreExploratoryAndDifferInTheTermAlone() throws {
    for scale in Scale.allCases {
      let arms = CO2OnCIFAR10(scale: scale).arms.filter { $0.name.hasPrefix("SimCLR") }
      #expect(arms.map(\.name) == ["SimCLR", "SimCLR + CO2", "SimCLR + CO2 with detached keys"])
      #expect(arms.allSatisfy { $0.role == .exploratory && $0.plan == arms[0].plan && !$0.usesLabels })
      typealias Constants = NetworkAndMethod<ResNet.Configuration, CO2WithinBatch.Hyperparameters>
      let constants = try arms.map { try #require($0.hyperparameters as? Constants) }
      #expect(constants.map(\.method.consistencyWeight) == [0, 1, 1])
      #expect(constants.map(\.method.detachesKeys) == [false, false, true])
      #expect(constants.allSatisfy { $0.network.normalizationGroups == 1 })
    }
  }

  @Test func impossibleConstantsAreRefused() {
    var plan = CO2OnCIFAR10(scale: .smoke).arms[0].plan
    #expect(CO2WithinBatch.Hyperparameters().problem(with: plan) == nil)
    var cold = CO2WithinBatch.Hyperparameters()
    cold.consistencyTemperature = 0
    #expect(cold.problem(with: plan)?.contains("temperatures") == true)
    plan.batchSize = 1
    #expect(CO2WithinBatch.Hyperparameters().problem(with: plan)?.contains("batchSize") == true)
  }
}
