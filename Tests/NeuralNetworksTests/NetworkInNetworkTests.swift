import TestSupport
import Testing

@testable import NeuralNetworks
@testable import Tensors

/// RotNet's network: its sizes, and the planned form against layers one after another.
@Suite struct NetworkInNetworkTests {
  /// The same network each time, its normalizations no longer the identity.
  func network(_ blocks: Int = 4, width: Int = 12, featureBlock: Int? = nil) -> NetworkInNetwork {
    var random = Random(seed: 7, stream: "network")
    let network = NetworkInNetwork(
      .init(blocks: blocks, width: width, featureBlock: featureBlock), using: &random)
    for (name, parameter) in network.namedParameters where name.contains(".1.") {
      if parameter.shape.rank > 1 { continue }
      parameter.update { $0.withMutableFloats { for i in $0.indices { $0[i] += 0.3 * random.normal() } } }
    }
    return network
  }

  @Test func sizesAreThePapers() {
    var random = Random(seed: 0, stream: "weights")
    let network = NetworkInNetwork(.init(blocks: 5), using: &random)
    func counts(_ block: any Module) -> [Int] {
      let shapes = block.parameters.map(\.shape)
      return [shapes.filter { $0.rank == 4 }, shapes.filter { $0.rank == 1 }].map {
        $0.map(\.count).reduce(0, +)
      }
    }
    #expect(counts(network.conv1) == [60_480, 896])
    #expect(counts(network.conv2) == [534_528, 1_152])
    for block in [network.conv3, network.conv4!, network.conv5!] {
      #expect(counts(block) == [405_504, 1_152])
    }
    let kernels = network.blocks.map { $0.parameters.filter { $0.shape.rank == 4 }.map { $0.shape[2] } }
    #expect(kernels == [[5, 1, 1], [5, 1, 1], [3, 1, 1], [3, 1, 1], [3, 1, 1]])
    #expect(network.conv1.parameters.filter { $0.shape.rank == 4 }.map { $0.shape[0] } == [192, 160, 96])
  }

  @Test func namesAreThoseOfPyTorchsSequences() {
    let names = network(3).namedState.map(\.name)
    #expect(
      names.prefix(6) == [
        "conv1.0.0.weight", "conv1.0.1.weight", "conv1.0.1.bias", "conv1.0.1.running_mean",
        "conv1.0.1.running_var", "conv1.1.0.weight",
      ])
    #expect(names.count == 45 && names.last == "conv3.2.1.running_var")
    #expect(network(5).parameters.count == 45)
  }

  @Test func mapsHaveThePapersSizes() {
    let network = network(5)
    let images = randomTensor([2, 32, 32, 3])
    let shapes = inference { (1...5).map { network.blockFeatures(of: images, block: $0).shape } }
    #expect(shapes == [[2, 16, 16, 6]] + [Shape](repeating: [2, 8, 8, 12], count: 4))
    for featureBlock in 1...2 {
      let network = self.network(featureBlock: featureBlock)
      #expect(network.featureCount == [6, 12][featureBlock - 1])
      let features = inference { network(images) }
      #expect(features.shape == [2, network.featureCount] && features.dataType == .float32)
      let map = inference { network.featureMap(of: images) }
      expectClose(features.floats, map.globalAverage().floats, relative: 1e-5)
    }
  }

  @Test func firstWeightsArePyTorchsDefault() {
    let weight = network(width: 48).conv2.parameters[0].constant  // 48 × 24 × 5 × 5
    let bound = 1 / Float(24 * 25).squareRoot()
    let values = weight.floats
    #expect(values.allSatisfy { abs($0) <= bound } && values.map(abs).max()! > 0.99 * bound)
    let variance = values.reduce(0) { $0 + $1 * $1 } / Float(values.count)
    #expect(abs(variance / (bound * bound / 3) - 1) < 0.03)
  }

  @Test func impossibleSizesAreNamed() {
    #expect(NetworkInNetwork.Configuration().problem == nil)
    #expect(NetworkInNetwork.Configuration(blocks: 6).problem?.contains("not 6") == true)
    #expect(NetworkInNetwork.Configuration(width: 64).problem?.contains("multiple of 6") == true)
    #expect(NetworkInNetwork.Configuration(featureBlock: 5).problem?.contains("1...4") == true)
  }

  // MARK: The planned form

  struct Outcome {
    var values: [Float] = []
    var gradients: [String: [Float]] = [:]
    var statistics: [String: [Float]] = [:]
  }

  /// One step of a fresh network from `images`, its last block averaged over positions or not.
  func outcome(_ images: Tensor, width: Int, pooled: Bool, planned: Bool) -> Outcome {
    let network = network(width: width)
    let parameters = network.namedParameters
    var outcome = Outcome()
    PlannedExecution.$isEnabled.withValue(planned) {
      PlannedExecution.$parts.withValue(2) {
        let (_, gradients) = withGradients(of: parameters.map(\.parameter)) {
          let result =
            pooled ? network(images) : network.blockFeatures(of: images, block: 4).converted(to: .float32)
          outcome.values = result.floats
          return Loss((result * randomTensor(result.shape, seed: 5)).sum())
        }
        for (name, parameter) in parameters { outcome.gradients[name] = gradients[parameter]?.floats }
      }
    }
    for (name, state) in network.namedState {
      if case .statistic(let statistic) = state { outcome.statistics[name] = statistic.value.floats }
    }
    return outcome
  }

  @Test(arguments: [true, false]) func float32Agrees(pooled: Bool) {
    let images = randomTensor([11, 18, 16, 3], seed: 3)
    let planned = outcome(images, width: 12, pooled: pooled, planned: true)
    let plain = outcome(images, width: 12, pooled: pooled, planned: false)
    #expect(distance(planned.values, plain.values) <= 2e-5)
    #expect(planned.gradients.count == 36)
    for (name, gradient) in plain.gradients {
      // Where a value near zero passes a ReLU on one side only, all gradients below it change a little.
      let apart = distance(planned.gradients[name], gradient)
      #expect(apart <= 5e-3, "gradients of \(name) are \(apart) apart")
    }
    for (name, statistic) in plain.statistics {
      #expect(distance(planned.statistics[name], statistic) <= 1e-5, "\(name)")
    }
  }

  /// As for the residual network: in bfloat16 both forms are held to float32.
  @Test func bfloat16IsAsNearToFloat32() {
    let images = randomTensor([16, 32, 32, 3], seed: 3)
    let exact = outcome(images, width: 48, pooled: true, planned: false)
    let rounded = images.converted(to: .bfloat16)
    let planned = outcome(rounded, width: 48, pooled: true, planned: true)
    let plain = outcome(rounded, width: 48, pooled: true, planned: false)
    #expect(distance(planned.values, plain.values) <= 2e-2)
    let names = exact.gradients.keys.sorted()
    func all(_ outcome: Outcome) -> [Float] { names.flatMap { outcome.gradients[$0]! } }
    let (error, usual) = (distance(all(planned), all(exact)), distance(all(plain), all(exact)))
    #expect(error <= 1.2 * usual, "gradients are off by \(error), in the plain form by \(usual)")
    #expect(usual < 0.5, "the plain form is off by \(usual)")
  }

  @Test(arguments: [DataType.float32, .bfloat16]) func inferenceAgreesForEveryBlock(_ dataType: DataType) {
    let network = network(5, width: 24)
    let images = randomTensor([9, 32, 32, 3], seed: 4).converted(to: dataType)
    let tolerance: Float = dataType == .float32 ? 1e-5 : 2e-2
    for block in 1...5 {
      func maps(planned: Bool) -> Tensor {
        PlannedExecution.$isEnabled.withValue(planned) {
          inference { network.blockFeatures(of: images, block: block) }
        }
      }
      let (planned, plain) = (maps(planned: true), maps(planned: false))
      #expect(planned.dataType == dataType && planned.shape == plain.shape)
      #expect(distance(planned.floats, plain.floats) <= tolerance, "block \(block)")
      let pooled = inference { network.pooledFeatures(of: images, block: block) }
      #expect(distance(pooled.floats, plain.globalAverage().floats) <= tolerance, "block \(block)")
    }
  }

  @Test func aBlockAloneIsThatPartOfTheNetwork() {
    let network = network()
    let images = randomTensor([5, 16, 16, 3])
    inference {
      let second = network.blockFeatures(of: images, block: 2)
      let third = network.blockFeatures(of: images, block: 3)
      expectClose(network.conv3(second).floats, third.floats, relative: 1e-5)
      expectClose(network.conv3.pooled(second).floats, third.globalAverage().floats, relative: 1e-5)
    }
  }
}
