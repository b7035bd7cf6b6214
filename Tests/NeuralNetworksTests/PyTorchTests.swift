import TestSupport
import Testing

@testable import NeuralNetworks
@testable import Tensors

/// Against numbers that PyTorch made: `Tests/Fixtures/generate_fixtures.py`.
@Suite struct PyTorchTests {
  func restore(_ module: any Module, from fixture: Fixture, prefix: String = "state.") {
    for (name, state) in module.namedState { state.restore(fixture.tensor(prefix + name)) }
  }

  func random() -> Random { Random(seed: 0, stream: "weights") }

  @Test func residualBlock() throws {
    let fixture = try Fixture("basic_block")
    var random = random()
    let block = BasicBlock(4, 8, stride: 2, groups: 1, using: &random)
    restore(block, from: fixture)
    let input = Parameter(fixture.tensor("input"))
    var output: Tensor?
    let (_, gradients) = withGradients(of: block.parameters + [input]) {
      output = block(input.value)
      return Loss((output! * fixture.tensor("upstream")).sum())
    }
    expectClose(output!.floats, fixture.tensor("output").floats, relative: 1e-5, "output")
    expectClose(
      gradients[input]!.floats, fixture.tensor("gradient.input").floats, relative: 1e-5, "input gradient")
    for (name, parameter) in block.namedParameters {
      expectClose(
        gradients[parameter]!.floats, fixture.tensor("gradient." + name).floats, relative: 2e-5, name)
    }
    for (name, state) in block.namedState where name.contains("running") {
      expectClose(state.value.floats, fixture.tensor("after." + name).floats, relative: 1e-5, name)
    }
    let frozen = inference { block(input.constant) }
    expectClose(frozen.floats, fixture.tensor("inference.output").floats, relative: 1e-5, "inference")
  }

  @Test(arguments: [("plain", 1, false), ("relu", 1, true), ("contiguous", 2, false)])
  func batchNormalization(variant: String, groups: Int, thenReLU: Bool) throws {
    let fixture = try Fixture("batch_norm")
    let norm = BatchNormalization(5, groups: groups)
    norm.weight.update { $0 = fixture.tensor("weight") }
    norm.bias.update { $0 = fixture.tensor("bias") }
    for step in 0..<2 {
      let input = Parameter(fixture.tensor("input.\(step)"))
      var output: Tensor?
      let (_, gradients) = withGradients(of: norm.parameters + [input]) {
        output = norm(input.value, thenReLU: thenReLU)
        return Loss((output! * fixture.tensor("upstream")).sum())
      }
      func expect(_ actual: Tensor?, _ name: String) {
        expectClose(actual!.floats, fixture.tensor("\(variant).\(name).\(step)").floats, relative: 1e-5, name)
      }
      expect(output, "output")
      expect(norm.runningMean.value, "running_mean")
      expect(norm.runningVar.value, "running_var")
      expect(gradients[input], "gradient.input")
      expect(gradients[norm.weight], "gradient.weight")
      expect(gradients[norm.bias], "gradient.bias")
    }
    let frozen = inference { norm(fixture.tensor("input.0"), thenReLU: thenReLU) }
    expectClose(
      frozen.floats, fixture.tensor("\(variant).inference.output.0").floats, relative: 1e-5, "inference")
  }

  @Test func wholeNetworkStepByStep() throws {
    let (fixture, golden) = (try Fixture("tiny_resnet"), try Fixture("tiny_resnet_gradients"))
    var random = random()
    let network = Classifier(.resNet18(width: 4), using: &random)
    restore(network.encoder, from: fixture)
    network.fc.weight.update { $0 = fixture.tensor("state.fc.weight") }
    network.fc.bias!.update { $0 = fixture.tensor("state.fc.bias") }
    let (images, labels) = (fixture.tensor("images"), fixture.integers("labels"))

    let optimizer = Optimizer(.sgd(learningRate: 0.05, momentum: 0.9, weightDecay: 5e-4), for: network)
    var losses: [Float] = []
    for step in 0..<10 {
      var logits: Tensor?
      let (loss, gradients) = withGradients(of: network.parameters) {
        logits = network.fc(network.encoder(images))
        return Loss(logits!.crossEntropy(labels: labels))
      }
      losses.append(loss.total.item)
      if step == 0 {
        expectClose(logits!.floats, fixture.tensor("logits").floats, relative: 1e-5, "logits")
        for (name, parameter) in network.encoder.namedParameters {
          expectClose(
            gradients[parameter]!.floats, golden.tensor("gradient." + name).floats, relative: 2e-4, name)
        }
        for (name, state) in network.encoder.namedState where name.contains("running") {
          expectClose(state.value.floats, fixture.tensor("after." + name).floats, relative: 1e-5, name)
        }
      }
      optimizer.update(network.parameters, with: gradients, learningRate: 0.05)
    }
    expectClose(losses, fixture.tensor("losses").floats, relative: 1e-3, "losses of ten steps")
    let frozen = inference { network.fc(network.encoder(images)) }
    expectClose(frozen.floats, fixture.tensor("inference.logits").floats, relative: 5e-3, "inference logits")
  }

  @Test(arguments: ["sgd", "nesterov", "adam", "adamw", "lars"])
  func optimizers(name: String) throws {
    let fixture = try Fixture("optimizers")
    let configuration: OptimizerConfiguration =
      switch name {
      case "sgd": .sgd(learningRate: 1, momentum: 0.9, weightDecay: 5e-4)
      case "nesterov": .sgd(learningRate: 1, momentum: 0.9, weightDecay: 5e-4, nesterov: true)
      case "adam": .adam(learningRate: 1, weightDecay: 0.01)
      case "adamw": .adam(learningRate: 1, weightDecay: 0.01, decoupled: true)
      default: .lars(learningRate: 1, momentum: 0.9, weightDecay: 1e-4)
      }
    let pair = Pair(weight: fixture.tensor("start.weight"), bias: fixture.tensor("start.bias"))
    let optimizer = Optimizer(configuration, for: pair)
    let scale = Float(fixture.scalars["\(name).rate_scale"]!)
    for (step, rate) in fixture.doubles("rates").enumerated() {
      func at(_ key: String, _ shape: Shape) -> Tensor {
        fixture.tensor(key).rows(step..<step + 1).reshaped(to: shape)
      }
      let (weight, bias) = (at("gradient.weight", pair.weight.shape), at("gradient.bias", pair.bias.shape))
      // A linear loss has the given tensors as its gradients.
      let (_, gradients) = withGradients(of: pair.parameters) {
        Loss((pair.weight.value * weight).sum() + (pair.bias.value * bias).sum())
      }
      optimizer.update(pair.parameters, with: gradients, learningRate: scale * Float(rate))
      expectClose(
        pair.weight.constant.floats, at("\(name).weight", pair.weight.shape).floats, relative: 1e-5,
        "step \(step)")
      expectClose(
        pair.bias.constant.floats, at("\(name).bias", pair.bias.shape).floats, relative: 1e-5, "step \(step)")
    }
  }
}

private final class Classifier: Module {
  let encoder: ResNet
  let fc: Linear

  init(_ configuration: ResNet.Configuration, using random: inout Random) {
    encoder = ResNet(configuration, using: &random)
    fc = Linear(encoder.featureCount, 10, using: &random)
  }
}

private final class Pair: Module {
  let weight, bias: Parameter

  init(weight: Tensor, bias: Tensor) {
    self.weight = Parameter(weight)
    self.bias = Parameter(bias)
  }
}
