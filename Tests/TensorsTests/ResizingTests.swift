import Foundation
import TestSupport
import Testing

@testable import Tensors

/// Bilinear resizing and the cross-entropy with masks, beside PyTorch's (`Tests/Fixtures/dense.json`) and by differences.
@Suite struct ResizingTests {
  private let fixture: Fixture

  init() throws { fixture = try Fixture("dense") }

  @Test(arguments: ["up", "down", "mixed"]) func resizingAgreesWithPyTorch(_ name: String) {
    let x = Parameter(fixture.tensor("resize.\(name).x"))
    let (y, upstream) = (
      fixture.tensor("resize.\(name).y"), fixture.tensor("resize.\(name).upstream")
    )
    func resized() -> Tensor { x.value.resized(toHeight: y.shape.height, width: y.shape.width) }
    expectClose(resized().floats, y.floats, relative: 1e-6)
    let (_, gradients) = withGradients(of: [x]) { Loss((resized() * upstream).sum()) }
    expectClose(
      gradients[x]?.floats ?? [], fixture.tensor("resize.\(name).gradient.x").floats, relative: 1e-6)
  }

  @Test func resizingToTheSameSizeChangesNothing() {
    let x = randomTensor([2, 5, 4, 3])
    #expect(x.resized(toHeight: 5, width: 4).floats == x.floats)
  }

  @Test func theClassesAreThoseOfTheLargestResizedScores() {
    let scores = randomTensor([3, 4, 5, 7], scale: 3)
    let resized = scores.resized(toHeight: 13, width: 9).reshaped(to: [3 * 13 * 9, 7])
    #expect(scores.resizedArgmax(toHeight: 13, width: 9).map(Int.init) == resized.rowArgmax())
    // Among equals the first.
    #expect(
      Tensor(zeros: [1, 2, 2, 3]).resizedArgmax(toHeight: 3, width: 3) == [UInt8](repeating: 0, count: 9))
  }

  private var masks: [UInt8] { fixture.integers("ce.masks").map { UInt8($0) } }

  @Test func crossEntropyAgreesWithPyTorch() {
    let scores = Parameter(fixture.tensor("ce.scores"))
    let (loss, gradients) = withGradients(of: [scores]) {
      Loss(scores.value.crossEntropy(masks: masks, height: 8, width: 9, void: 255))
    }
    #expect(abs(Double(loss.total.item) - fixture.scalar("ce.loss")) < 1e-6)
    expectClose(
      gradients[scores]?.floats ?? [], fixture.tensor("ce.gradient.scores").floats, relative: 1e-5)
  }

  @Test func crossEntropyByDifferences() {
    var masks = [UInt8](repeating: 9, count: 2 * 5 * 6)
    for pixel in masks.indices where pixel % 7 != 3 { masks[pixel] = UInt8(pixel * 5 % 4) }
    expectGradients(shapes: [[2, 3, 2, 4]]) {
      $0[0].value.crossEntropy(masks: masks, height: 5, width: 6, void: 9)
    }
  }

  /// Void pixels: neither a value nor a gradient depends on what is predicted there.
  @Test func voidPixelsAreNoPartOfIt() {
    let scores = randomTensor([1, 3, 3, 2])
    // At their own resolution no pixel has a share in another.
    var masks: [UInt8] = [0, 255, 1, 255, 255, 0, 1, 1, 255]
    func outcome(_ scores: Tensor) -> (Float, [Float]) {
      let parameter = Parameter(scores)
      let (loss, gradients) = withGradients(of: [parameter]) {
        Loss(parameter.value.crossEntropy(masks: masks, height: 3, width: 3, void: 255))
      }
      return (loss.total.item, gradients[parameter]!.floats)
    }
    let (value, gradient) = outcome(scores)
    for (pixel, label) in masks.enumerated() {
      let own = gradient[2 * pixel..<2 * pixel + 2]
      #expect(own.allSatisfy { ($0 == 0) == (label == 255) }, "pixel \(pixel)")
    }
    var other = scores
    other.withMutableFloats { for pixel in 0..<9 where masks[pixel] == 255 { $0[2 * pixel] += 50 } }
    #expect(outcome(other).0 == value && outcome(other).1 == gradient)
    masks = [UInt8](repeating: 255, count: 9)
    #expect(outcome(scores).0 == 0 && outcome(scores).1.allSatisfy { $0 == 0 })
  }

  @Test func crossEntropyOfPlainRowsIsTheUsualOne() {
    let scores = randomTensor([2, 3, 4, 5])
    let labels = (0..<24).map { $0 * 3 % 5 }
    let plain = scores.reshaped(to: [24, 5]).crossEntropy(labels: labels).item
    let dense = scores.crossEntropy(masks: labels.map { UInt8($0) }, height: 3, width: 4, void: 255).item
    #expect(abs(plain - dense) < 1e-6)
  }
}
