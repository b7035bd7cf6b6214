import TestSupport
import Testing

@testable import Tensors

@Suite struct NTXentTests {
  /// The same from separate operations: similarities, a mask, a cross-entropy with the other view.
  func composed(_ z: Tensor, temperature: Float) -> Tensor {
    let count = z.shape[0]
    let mask = (0..<count * count).map { $0 % (count + 1) == 0 ? -1e9 as Float : 0 }
    let logits = z.similarities(to: z) / temperature + Tensor(mask, shape: [count, count])
    return logits.crossEntropy(labels: (0..<count).map { ($0 + count / 2) % count })
  }

  @Test(arguments: [(4, 3, 0.5), (12, 16, 0.1), (200, 128, 0.5), (34, 7, 1)] as [(Int, Int, Float)])
  func theFusedFormEqualsTheComposedOne(views: Int, dimension: Int, temperature: Float) {
    let z = Parameter(randomTensor([views, dimension], seed: UInt64(views)))
    func run(_ loss: (Tensor) -> Tensor) -> (Float, [Float]) {
      let (value, gradients) = withGradients(of: [z]) { Loss(loss(z.value.normalized())) }
      return (value.total.item, gradients[z]!.floats)
    }
    let fused = run { $0.ntXent(temperature: temperature) }
    let plain = run { composed($0, temperature: temperature) }
    expectClose([fused.0], [plain.0], relative: 2e-6, "loss")
    expectClose(fused.1, plain.1, relative: 2e-5, "gradient")
  }

  @Test func gradientsInBothViews() {
    for temperature in [0.3, 1] as [Float] {
      expectGradients(shapes: [[4, 6], [4, 6]]) {
        Tensor.stacked([$0[0].value, $0[1].value]).normalized().ntXent(temperature: temperature)
      }
    }
  }

  /// Without unit length a view's product with itself changes with it, and must not be felt.
  @Test func gradientsWithoutNormalization() {
    expectGradients(shapes: [[6, 3]], step: 3e-3) { (0.5 * $0[0].value).ntXent(temperature: 0.7) }
  }

  @Test func onePairAloneTeachesNothing() {
    // Its positive is the only term of its sum: −log 1.
    let z = Parameter(Tensor([1, 0, 0.6, 0.8], shape: [2, 2]))
    let (loss, gradients) = withGradients(of: [z]) { Loss(z.value.ntXent(temperature: 0.5)) }
    #expect(loss.total.item == 0)
    #expect(gradients[z]!.floats == [0, 0, 0, 0])
  }

  @Test func aConstantIsNotRecorded() {
    let (constant, other) = (randomTensor([4, 3]), Parameter(randomTensor([1])))
    let (_, gradients) = withGradients(of: [other]) { Loss(constant.ntXent(temperature: 0.5)) }
    #expect(gradients[other] == nil)
    #expect(constant.ntXent(temperature: 0.5).item == constant.ntXent(temperature: 0.5).item)
  }

  @Test func lengthsDoNotMatterToTheLossOfUnitVectors() {
    let z = Parameter(randomTensor([8, 5]))
    let (_, gradients) = withGradients(of: [z]) { Loss(z.value.normalized().ntXent(temperature: 0.5)) }
    let (values, slopes) = (z.constant.floats, gradients[z]!.floats)
    for row in 0..<8 {
      let along = (0..<5).reduce(0) { $0 + values[row * 5 + $1] * slopes[row * 5 + $1] }
      #expect(abs(along) < 1e-6, "view \(row) would grow or shrink by \(along)")
    }
  }

  @Test func lowTemperaturesAndOppositeViewsStayFinite() {
    let z = Parameter(Tensor([1, 0, 0, 1, -1, 0, 0, -1], shape: [4, 2]))
    let (loss, gradients) = withGradients(of: [z]) { Loss(z.value.ntXent(temperature: 0.005)) }
    expectClose([loss.total.item], [200.6931], relative: 1e-5)  // both negatives at 0, the positive at −200
    #expect(gradients[z]!.isFinite)
  }
}
