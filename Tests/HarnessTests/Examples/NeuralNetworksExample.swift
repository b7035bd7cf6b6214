import NeuralNetworks
import Tensors
import Testing

/// The example of the page about `NeuralNetworks`.
struct NeuralNetworksExample {
  @Test func runs() {
    var random = Random(seed: 0, stream: "weights")
    let encoder = ResNet(.resNet18(width: 4), using: &random)
    let images = Tensor(zeros: [2, 32, 32, 3])
    let features = inference { encoder(images) }
    print(features.shape)  // [2 × 32]

    let optimizer = Optimizer(.sgd(learningRate: 0.1, momentum: 0.9), for: encoder)
    let (_, gradients) = withGradients(of: encoder.parameters) {
      Loss((encoder(images) - 1).mean())
    }
    optimizer.update(encoder.parameters, with: gradients, learningRate: 0.1)
    #expect(features.shape == [2, 32] && encoder.parameters.contains { gradients[$0] != nil })
  }
}
