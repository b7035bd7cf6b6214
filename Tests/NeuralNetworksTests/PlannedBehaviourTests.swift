import TestSupport
import Testing

@testable import NeuralNetworks
@testable import Tensors

/// What the planned executor promises beside right numbers.
@Suite struct PlannedBehaviourTests {
  @Test(arguments: [1, 2, 3], [DataType.float32, .bfloat16])
  func repetitionGivesTheSameBits(_ parts: Int, _ dataType: DataType) {
    let c = PlannedCase(
      name: "", configuration: .resNet18(width: 16, normalizationGroups: 2), images: [46, 32, 32, 3],
      parts: parts)
    let first = PlannedOutcome(c, dataType, planned: true)
    #expect(first.features.allSatisfy { $0.isFinite })
    for _ in 0..<2 { #expect(PlannedOutcome(c, dataType, planned: true) == first) }
  }

  /// A part of the batch is a worker's, but nothing depends on which worker that is: inside another run there is only
  /// one, who takes all parts.
  @Test func resultsDependOnPartsNotOnWorkers() {
    let c = PlannedCase(name: "", configuration: .resNet18(width: 16), images: [30, 16, 16, 3], parts: 3)
    let outside = PlannedOutcome(c, .bfloat16, planned: true)
    var inside: PlannedOutcome?
    WorkerPool.run { worker, _ in
      if worker == 0 { inside = PlannedOutcome(c, .bfloat16, planned: true) }
    }
    #expect(inside == outside)
  }

  @Test func onlyNamedParametersGetGradients() {
    let c = PlannedCase(name: "", configuration: .resNet18(width: 16), images: [12, 16, 16, 3])
    let network = c.network()
    let images = c.batch(.float32)
    let named = network.namedParameters
    let chosen = named.filter { $0.name.contains("layer3") && !$0.name.contains("bn1") }.map(\.parameter)
    func gradients(planned: Bool) -> Gradients {
      c.run(planned: planned) {
        withGradients(of: chosen) {
          let features = network(images)
          return Loss((features * features).sum())
        }.gradients
      }
    }
    let (planned, plain) = (gradients(planned: true), gradients(planned: false))
    for (name, parameter) in named {
      #expect((planned[parameter] == nil) == (plain[parameter] == nil), "\(name)")
      if let expected = plain[parameter] {
        #expect(distance(planned[parameter]?.floats, expected.floats) <= c.gradientTolerance, "\(name)")
      }
    }
  }

  @Test func twoWalksOfOneNetworkShareATape() {
    let c = PlannedCase(name: "", configuration: .resNet18(width: 16), images: [12, 16, 16, 3])
    func gradient(planned: Bool) -> [Float] {
      let network = c.network()
      return c.run(planned: planned) {
        withGradients(of: network.parameters) {
          let (a, b) = (network(c.batch(.float32, seed: 1)), network(c.batch(.float32, seed: 2)))
          return Loss((a * b).sum())
        }.gradients[network.parameters[3]]!.floats
      }
    }
    #expect(distance(gradient(planned: true), gradient(planned: false)) <= c.gradientTolerance)
  }

  @Test func recordedImagesFallBackToLayers() {
    let c = PlannedCase(name: "", configuration: .resNet18(width: 16), images: [4, 16, 16, 3])
    let (network, images) = (c.network(), Parameter(c.batch(.float32)))
    let (_, gradients) = withGradients(of: [images]) {
      let features = network(images.value)
      return Loss((features * features).sum())
    }
    #expect(gradients[images]!.floats.contains { $0 != 0 })
  }

  @Test func changedWeightsArePackedAnew() {
    let c = PlannedCase(name: "", configuration: .resNet18(width: 16), images: [6, 16, 16, 3])
    let (network, images) = (c.network(), c.batch(.bfloat16))
    let before = c.run(planned: true) { network(images) }.floats
    network.conv1.weight.update { $0.withMutableFloats { for i in $0.indices { $0[i] = -$0[i] } } }
    let (planned, plain) = (
      c.run(planned: true) { network(images) }, c.run(planned: false) { network(images) }
    )
    #expect(distance(planned.floats, before) > 0.1)
    #expect(distance(planned.floats, plain.floats) <= 2e-2)
  }

  /// In a process of its own, because the counters are the whole process's.
  @Test func aWarmStepAllocatesNothingAndKeepsNothing() async {
    await #expect(processExitsWith: .success) {
      let c = PlannedCase(
        name: "", configuration: .resNet18(width: 16, normalizationGroups: 2), images: [20, 32, 32, 3])
      let (network, images) = (c.network(), c.batch(.bfloat16))
      func step() {
        let (_, gradients) = withGradients(of: network.parameters) {
          let (a, b) = (network(images), network(images))
          return Loss((a * b).sum())
        }
        for parameter in network.parameters {
          parameter.update { $0.follow(gradients[parameter]!, momentum: 0.999) }
        }
        _ = network(images)
        _ = inference { network(images) }
      }
      for _ in 0..<3 { step() }
      let warm = BufferPool.statistics
      for _ in 0..<10 { step() }
      let after = BufferPool.statistics
      precondition(after.systemAllocations == warm.systemAllocations, "\(after) after \(warm)")
      precondition(after.liveBytes == warm.liveBytes, "\(after) after \(warm)")
    }
  }

  /// In a process of its own, because the counter is the whole process's.
  @Test func bothFormsCountTheSameArithmetic() async {
    await #expect(processExitsWith: .success) {
      let c = PlannedCase(name: "", configuration: .resNet18(width: 16), images: [4, 32, 32, 3])
      // Added up by hand: the stem, 4 convolutions of the first stage, and three times 4 and a shortcut.
      let (stem, stages) = (442_368, 9_437_184 + 3 * 8_388_608)
      for planned in [true, false] {
        let (network, images) = (c.network(), c.batch(.float32))
        let before = MultiplyAdds.total
        _ = c.run(planned: planned) {
          withGradients(of: network.parameters) { Loss(network(images).sum()) }
        }
        let counted = MultiplyAdds.total - before
        precondition(counted == 4 * (2 * stem + 3 * stages), "planned: \(planned), counted \(counted)")
      }
    }
  }

  /// In a process of its own, because other tests would see the pool change its width.
  @Test func anyNumberOfThreadsGivesThePartsResult() async {
    await #expect(processExitsWith: .success) {
      var outcomes: [Int: PlannedOutcome] = [:]
      for threads in [1, 2, 3, 5] {
        WorkerPool.start(threads: threads)
        precondition(WorkerPool.threads == threads)
        for parts in [1, 3] {
          let c = PlannedCase(
            name: "", configuration: .resNet18(width: 16), images: [30, 16, 16, 3], parts: parts)
          let outcome = PlannedOutcome(c, .bfloat16, planned: true)
          precondition(
            outcomes[parts] == nil || outcomes[parts] == outcome, "\(threads) threads, \(parts) parts")
          outcomes[parts] = outcome
          precondition(distance(outcome.features, outcomes[1]!.features) < 0.02)
        }
      }
    }
  }
}
