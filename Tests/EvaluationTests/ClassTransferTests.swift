import NeuralNetworks
import Tensors
import Testing
import Vision

@testable import Evaluation

@Suite struct ClassTransferTests {
  private let training = shapes(300)
  private let test = shapes(120, stream: "test")

  private func network() -> ResNet {
    var random = Random(seed: 3, stream: "weights")
    return ResNet(.resNet18(width: 4), using: &random)
  }

  private func candidate(training: ImageSet, test: ImageSet) -> Candidate {
    Candidate(encoder: network(), training: training, test: test, standardization: .shapes)
  }

  /// The images of one half as a data set of their own, with classes counted from zero.
  private func alone(_ half: ClassHalf, _ images: ImageSet) -> ImageSet {
    let chosen = images.images(of: half)
    let classes = half.classes(of: 10)
    return ImageSet(
      height: 32, width: 32, bytes: chosen.bytes, labels: chosen.labels.map { $0 - classes.lowerBound },
      classNames: Array(images.classNames[classes]))
  }

  @Test func theProbeSeesOneHalfAlone() throws {
    let scores = try ClassTransfer().evaluate(candidate(training: training, test: test))
    #expect(scores.map(\.metric) == ["top1", "first-half-top1"])
    #expect(scores.map(\.count) == [60, 60])
    for (score, half) in zip(scores, [ClassHalf.second, .first]) {
      let expected = try LinearProbe().evaluate(
        candidate(training: alone(half, training), test: alone(half, test)))
      #expect(score.value == expected[0].value, "\(half) half")
    }
  }

  @Test func aHalfThatNothingShowsIsNamed() throws {
    let candidate = candidate(training: training.images(of: .first), test: test)
    #expect(throws: EvaluationError.noImages(split: "training (second half of the classes)")) {
      try ClassTransfer().evaluate(candidate)
    }
  }

  @Test func halvesShareNothingAndLackNothing() {
    for count in [2, 7, 10, 100] {
      let (first, second) = (ClassHalf.first.classes(of: count), ClassHalf.second.classes(of: count))
      #expect(Array(first) + Array(second) == Array(0..<count) && first.count == count / 2)
    }
    let (first, second) = (training.images(of: .first), training.images(of: .second))
    #expect(Set(first.labels) == Set(0..<5) && Set(second.labels) == Set(5..<10))
    #expect(first.count + second.count == training.count && first.classNames == training.classNames)
    // In their order: the first image shows class 0, the sixth class 5.
    #expect(first.bytes.prefix(10) == training.subset([0]).bytes.prefix(10))
    #expect(second.bytes.prefix(10) == training.subset([5]).bytes.prefix(10))
  }
}
