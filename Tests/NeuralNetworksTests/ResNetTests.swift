import Foundation
import TestSupport
import Testing

@testable import NeuralNetworks
@testable import Tensors

@Suite struct ResNetTests {
  func network(_ configuration: ResNet.Configuration, seed: UInt64 = 0) -> ResNet {
    var random = Random(seed: seed, stream: "weights")
    return ResNet(configuration, using: &random)
  }

  @Test func parametersAreNamedAndCountedAsInTorchvision() {
    let names = network(.resNet18(width: 4)).namedParameters.map(\.name)
    #expect(names.first == "conv1.weight")
    #expect(names.contains("layer2.0.downsample.0.weight"))
    #expect(names.contains("layer4.1.bn2.bias"))
    #expect(names.count == 60)
    // torchvision's ResNet-18 has 11,176,512 parameters without its classifier, and 7,680 fewer with a 3 × 3 stem.
    func count(_ configuration: ResNet.Configuration) -> Int {
      network(configuration).parameters.reduce(0) { $0 + $1.shape.count }
    }
    #expect(count(.resNet18(stem: .imageNet)) == 11_176_512)
    #expect(count(.resNet18()) == 11_176_512 - 7_680)
  }

  @Test func statisticsAreStateButNotParameters() {
    let network = network(.resNet18(width: 4))
    #expect(network.namedState.contains { $0.name == "layer1.0.bn1.running_mean" })
    #expect(!network.namedParameters.contains { $0.name.contains("running") })
  }

  @Test(arguments: [
    (ResNet.Configuration.resNet18(width: 4), 32, 4, 32), (.resNet34(width: 4), 32, 4, 32),
    (.resNet50(width: 4), 32, 4, 128), (.resNet18(width: 4, stem: .imageNet), 64, 2, 32),
    (.resNet18(width: 4, strides: [1, 2, 2, 1]), 32, 8, 32),
    (.resNet18(width: 4, strides: [2, 2, 2, 2]), 96, 6, 32),
  ])
  func sizes(configuration: ResNet.Configuration, side: Int, mapSide: Int, features: Int) {
    let network = network(configuration)
    let images = randomTensor([2, side, side, 3])
    #expect(network.featureCount == features)
    #expect(network.featureMap(of: images).shape == [2, mapSide, mapSide, features])
    #expect(network(images).shape == [2, features])
    #expect(network(images).dataType == .float32)
  }

  /// Every convolution's mean square is that of its rule, and what is not said stays out of records.
  @Test func firstWeightsFollowTheirRule() throws {
    for firstWeights in [nil, ConvolutionInitialization.uniformFanIn] {
      for configuration in [
        ResNet.Configuration.resNet18(width: 16, firstWeights: firstWeights),
        .init(blocks: [1, 1, 1, 1], isBottleneck: true, width: 16, firstWeights: firstWeights),
      ] {
        for (name, parameter) in network(configuration).namedParameters where parameter.shape.rank == 4 {
          let (w, shape) = (parameter.constant.floats, parameter.shape)
          let area = shape[2] * shape[3]
          let expected =
            firstWeights == nil ? 2 / Float(shape[0] * area) : 1 / Float(3 * shape[1] * area)
          let variance = w.reduce(0) { $0 + $1 * $1 } / Float(w.count)
          // Five deviations of a mean of squares, which for normal numbers is √(2 / n) of it.
          let error = abs(variance / expected - 1)
          #expect(error < 5 * (2 / Float(w.count)).squareRoot(), "\(name) of \(firstWeights as Any)")
        }
      }
    }
    func text(_ configuration: ResNet.Configuration) throws -> String {
      String(decoding: try JSONEncoder().encode(configuration), as: UTF8.self)
    }
    #expect(try !text(.resNet18()).contains("firstWeights"))
    let chosen = ResNet.Configuration.resNet18(firstWeights: .uniformFanIn)
    #expect(try text(chosen).contains("\"firstWeights\":\"uniformFanIn\""))
    #expect(try JSONDecoder().decode(ResNet.Configuration.self, from: Data(text(chosen).utf8)) == chosen)
  }

  @Test func stridesChangeTheSizesAndNothingElse() throws {
    let (usual, dense) = (network(.resNet18(width: 4)), network(.resNet18(width: 4, strides: [1, 2, 2, 1])))
    #expect(usual.namedParameters.map(\.name) == dense.namedParameters.map(\.name))
    #expect(usual.parameters.map(\.constant.floats) == dense.parameters.map(\.constant.floats))
    let spelledOut = network(.resNet18(width: 4, strides: [1, 2, 2, 2]))
    let images = randomTensor([2, 32, 32, 3])
    #expect(spelledOut(images).floats == usual(images).floats && dense(images).floats != usual(images).floats)
    // The usual ones are no part of what identifies a run.
    let text = String(decoding: try JSONEncoder().encode(ResNet.Configuration.resNet18()), as: UTF8.self)
    #expect(!text.contains("strides"))
    let read = try JSONDecoder().decode(ResNet.Configuration.self, from: Data(text.utf8))
    #expect(read == .resNet18() && read.strides == nil)
  }

  @Test func bfloat16StaysNearFloat32() {
    let network = network(.resNet18(width: 16))
    let images = randomTensor([8, 32, 32, 3])
    let exact = network(images)
    let rounded = network(images.converted(to: .bfloat16))
    // Eight significant bits, some twenty roundings deep.
    expectClose(rounded.floats, exact.floats, relative: 0.08)
    #expect(rounded.floats != exact.floats)
  }

  @Test func bfloat16GradientsPointTheSameWay() {
    let network = network(.resNet18(width: 16))
    let images = randomTensor([16, 32, 32, 3])
    let weights = randomTensor([16, 128], seed: 5)
    func gradients(_ type: DataType) -> [[Float]] {
      let (_, gradients) = withGradients(of: network.parameters) {
        Loss((network(images.converted(to: type)) * weights).sum())
      }
      return network.parameters.map { gradients[$0]!.floats }
    }
    for (exact, rounded) in zip(gradients(.float32), gradients(.bfloat16)) {
      let cosine = zip(exact, rounded).reduce(0) { $0 + $1.0 * $1.1 } / (norm(exact) * norm(rounded))
      #expect(cosine > 0.85)
    }
  }

  @Test func groupsHaveStatisticsOfTheirOwn() {
    let network = network(.resNet18(width: 4, normalizationGroups: 2))
    let (a, b) = (randomTensor([4, 16, 16, 3]), randomTensor([4, 16, 16, 3], seed: 1))
    let whole = network(Tensor.stacked([a, b]))
    let other = network(Tensor.stacked([a, 3 * b]))
    // The first half of the batch is not touched by what the second half shows.
    #expect(whole.rows(0..<4).floats == other.rows(0..<4).floats)
    #expect(whole.rows(4..<8).floats != other.rows(4..<8).floats)
  }

  @Test func inferenceDoesNotDependOnTheBatch() {
    let network = network(.resNet18(width: 4))
    let images = randomTensor([6, 16, 16, 3])
    _ = network(images)
    inference {
      let (all, one) = (network(images), network(images.rows(2..<3)))
      expectClose(one.floats, all.rows(2..<3).floats, relative: 1e-5)
    }
  }

  @Test func schedules() {
    let cosine = ScheduleConfiguration.cosine(warmupEpochs: 2)
    let factors = (0..<100).map { cosine.factor(at: $0, of: 100, stepsPerEpoch: 10) }
    #expect(factors[0] > 0 && factors[0] < 0.1)
    #expect(factors.prefix(21).elementsEqual(factors.prefix(21).sorted()))
    #expect(factors.dropFirst(20).elementsEqual(factors.dropFirst(20).sorted(by: >)))
    #expect(factors[20] == 1 && factors[99] < 0.01)
    let steps = ScheduleConfiguration.steps(epochs: [3, 6], factor: 0.1)
    #expect(steps.factor(at: 29, of: 100, stepsPerEpoch: 10) == 1)
    #expect(abs(steps.factor(at: 30, of: 100, stepsPerEpoch: 10) - 0.1) < 1e-6)
    #expect(abs(steps.factor(at: 60, of: 100, stepsPerEpoch: 10) - 0.01) < 1e-7)
    // Periods of 10, 20, 40, … steps.
    let restarts = ScheduleConfiguration.cosineRestarts(firstSteps: 10)
    func factor(_ step: Int) -> Float { restarts.factor(at: step, of: 100, stepsPerEpoch: 10) }
    #expect(factor(0) == 1 && factor(10) == 1 && factor(30) == 1 && factor(70) == 1)
    for (middle, end) in [(5, 9), (20, 29), (50, 69)] {
      #expect(abs(factor(middle) - 0.5) < 1e-6 && factor(end) < 0.03, "\(middle)")
    }
  }

  /// In a process of its own, because the counters are the whole process's.
  @Test func aWarmStepAsksTheSystemForNothing() async {
    await #expect(processExitsWith: .success) {
      var random = Random(seed: 0, stream: "weights")
      let network = ResNet(.resNet18(width: 16, normalizationGroups: 2), using: &random)
      let optimizer = Optimizer(.sgd(learningRate: 0.01), for: network)
      let images = randomTensor([32, 32, 32, 3]).converted(to: .bfloat16)
      func step() {
        let (_, gradients) = withGradients(of: network.parameters) { Loss(network(images).sum()) }
        optimizer.update(network.parameters, with: gradients, learningRate: 0.01)
      }
      for _ in 0..<3 { step() }
      let warm = BufferPool.statistics
      for _ in 0..<10 { step() }
      let after = BufferPool.statistics
      precondition(after.systemAllocations == warm.systemAllocations, "\(after) after \(warm)")
      precondition(after.liveBytes == warm.liveBytes, "\(after) after \(warm)")
    }
  }
}
