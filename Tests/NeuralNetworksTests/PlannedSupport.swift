import TestSupport
import Testing

@testable import NeuralNetworks
@testable import Tensors

/// A residual network, a shape of batch, and the number of parts it is cut into.
struct PlannedCase: CustomTestStringConvertible, Sendable {
  var name: String
  var configuration: ResNet.Configuration
  var images: Shape
  var parts = 2
  /// How far apart float32 gradients may be, relative to their norm.
  var gradientTolerance: Float = 2e-4

  var testDescription: String { "\(name), \(images), \(parts) parts" }

  static let all: [PlannedCase] = [
    PlannedCase(name: "basic", configuration: .resNet18(width: 16), images: [21, 16, 16, 3], parts: 1),
    PlannedCase(name: "basic", configuration: .resNet18(width: 16), images: [21, 16, 16, 3], parts: 2),
    PlannedCase(
      name: "4 groups", configuration: .resNet18(width: 16, normalizationGroups: 4), images: [36, 16, 16, 3],
      parts: 3),
    PlannedCase(
      name: "fewer images than parts", configuration: .resNet18(width: 16), images: [2, 16, 16, 3], parts: 3),
    PlannedCase(
      name: "full size, 4 groups", configuration: .resNet18(width: 16, normalizationGroups: 4),
      images: [40, 32, 32, 3], gradientTolerance: 5e-3),
    PlannedCase(
      name: "small crops", configuration: .resNet18(width: 16), images: [14, 18, 18, 3],
      gradientTolerance: 5e-3),
    PlannedCase(name: "odd sizes", configuration: .resNet18(width: 12), images: [10, 15, 13, 3]),
    PlannedCase(
      name: "bottleneck",
      configuration: ResNet.Configuration(blocks: [1, 2, 1, 1], isBottleneck: true, width: 16),
      images: [12, 16, 16, 3]),
    PlannedCase(
      name: "last stride dropped", configuration: .resNet18(width: 16, strides: [1, 2, 2, 1]),
      images: [8, 16, 16, 3]),
    PlannedCase(
      name: "pooled stem", configuration: .resNet18(width: 16, stem: .imageNet), images: [13, 64, 64, 3],
      gradientTolerance: 5e-3),
  ]

  /// The same network each time, its normalizations no longer the identity.
  func network() -> ResNet {
    var random = Random(seed: 7, stream: "planned")
    let network = ResNet(configuration, using: &random)
    for (name, parameter) in network.namedParameters
    where name.contains("bn") || name.contains("downsample.1") {
      parameter.update { $0.withMutableFloats { for i in $0.indices { $0[i] += 0.3 * random.normal() } } }
    }
    return network
  }

  func batch(_ dataType: DataType, seed: UInt64 = 3) -> Tensor {
    randomTensor(images, seed: seed).converted(to: dataType)
  }

  /// Runs `body` with or without the planned executor.
  func run<R>(planned: Bool, _ body: () -> R) -> R {
    PlannedExecution.$isEnabled.withValue(planned) {
      PlannedExecution.$parts.withValue(parts, operation: body)
    }
  }
}

/// What one step computes.
struct PlannedOutcome: Equatable {
  var features: [Float] = []
  /// Gradients and running statistics by name.
  var gradients: [String: [Float]] = [:]
  var statistics: [String: [Float]] = [:]

  /// One step of a fresh network: by plan, or layer after layer.
  init(_ c: PlannedCase, _ dataType: DataType, planned: Bool, pooled: Bool = true, seed: UInt64 = 3) {
    self.init(c.network(), c, dataType, planned: planned, pooled: pooled, seed: seed)
  }

  init(
    _ network: ResNet, _ c: PlannedCase, _ dataType: DataType, planned: Bool, pooled: Bool = true,
    seed: UInt64 = 3
  ) {
    let (images, parameters) = (c.batch(dataType, seed: seed), network.namedParameters)
    var values: [Float] = []
    let (_, found) = c.run(planned: planned) {
      withGradients(of: parameters.map(\.parameter)) {
        let features = pooled ? network(images) : network.featureMap(of: images).converted(to: .float32)
        values = features.floats
        return Loss((features * randomTensor(features.shape, seed: 5)).sum())
      }
    }
    features = values
    for (name, parameter) in parameters { gradients[name] = found[parameter]?.floats }
    for (name, state) in network.namedState {
      if case .statistic(let statistic) = state { statistics[name] = statistic.value.floats }
    }
  }
}

/// ‖a − b‖ / ‖b‖.
func distance(_ a: [Float]?, _ b: [Float]?) -> Float {
  guard let a, let b, a.count == b.count else { return .infinity }
  return norm(zip(a, b).map { $0 - $1 }) / max(norm(b), 1e-12)
}
