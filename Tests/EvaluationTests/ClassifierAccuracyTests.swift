import NeuralNetworks
import Tensors
import Testing
import Vision

@testable import Evaluation

@Suite struct ClassifierAccuracyTests {
  /// Features are one-hot codes of a class that is right for 7 of 10 images; the classifier reads them off, turned by
  /// one class where `turned`.
  private func scores(turned: Bool) throws -> [Score] {
    let images = shapes(20)
    let encoder = Codes(count: 10) { image in image % 10 < 7 ? image % 10 : (image + 5) % 10 }
    var random = Random(seed: 0, stream: "weights")
    let classifier = Linear(10, 10, using: &random)
    classifier.weight.update { weight in
      weight = Tensor(
        (0..<100).map { ($0 / 10) == ($0 % 10 + (turned ? 1 : 0)) % 10 ? 1 : 0 }, shape: [10, 10])
    }
    classifier.bias!.update { $0 = Tensor(zeros: [10]) }
    let candidate = Candidate(
      encoder: encoder, classifier: classifier, training: images, test: images, standardization: .shapes)
    return try ClassifierAccuracy().evaluate(candidate)
  }

  @Test func itIsTheShareOfImagesWhoseClassScoresHighest() throws {
    let straight = try scores(turned: false)
    #expect(straight[0] == Score(metric: "top1", value: 70, count: 20))
    // Where the code is wrong all other classes score alike, and the first five of them count: labels 7, 8 and 9 have
    // more than four before them.
    #expect(straight[1] == Score(metric: "top5", value: 70, count: 20))
    // Turned by one, only what the code got wrong could be right, and 5 more or less is never 1.
    #expect(try scores(turned: true)[0] == Score(metric: "top1", value: 0, count: 20))
  }

  /// An encoder whose features are one-hot codes of what `answer` says of each image in turn.
  private final class Codes: Encoder {
    let featureCount: Int
    private var seen = 0
    private let answer: (Int) -> Int

    init(count: Int, _ answer: @escaping (Int) -> Int) {
      featureCount = count
      self.answer = answer
    }

    func callAsFunction(_ images: Tensor) -> Tensor {
      let range = seen..<seen + images.shape[0]
      seen = range.upperBound
      return Tensor(
        range.flatMap { image in (0..<featureCount).map { $0 == answer(image) ? 1 : 0 } },
        shape: [range.count, featureCount])
    }
    func featureMap(of images: Tensor) -> Tensor { images }
  }
}
