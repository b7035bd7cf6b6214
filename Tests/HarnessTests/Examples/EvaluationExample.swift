import Evaluation
import NeuralNetworks
import Tensors
import Testing
import Vision

/// The example of the page about `Evaluation`.
struct EvaluationExample {
  @Test func runs() throws {
    let images = try DatasetReference.shapes.first(256).load()
    var random = Random(seed: 0, stream: "weights")
    let candidate = Candidate(
      encoder: ResNet(.resNet18(width: 4), using: &random), training: images.training,
      test: images.test.subset(0..<100), standardization: .shapes)
    for score in try NearestNeighbors().evaluate(candidate) {
      print(score.metric, score.value, "of", score.count)
    }
    #expect(candidate.classCount > 1)
  }
}
