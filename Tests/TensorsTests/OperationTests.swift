import Glibc
import TestSupport
import Testing

@testable import Tensors

@Suite struct OperationTests {
  @Test(arguments: [1, 2, 4]) func batchNormalizationMatchesItsDefinition(groups: Int) {
    let (x, gamma, beta) = (
      randomTensor([8, 3, 2, 17], scale: 3), randomTensor([17], seed: 1), randomTensor([17], seed: 2)
    )
    let y = x.batchNormalized(gamma: gamma, beta: beta, epsilon: 1e-5, groups: groups).result.floats
    let size = x.count / groups
    for group in 0..<groups {
      let part = Array(x.floats[group * size..<(group + 1) * size])
      let expected = ReferenceKernels.batchNormalization(
        part, channels: 17, gamma: gamma.floats, beta: beta.floats, epsilon: 1e-5)
      expectClose(Array(y[group * size..<(group + 1) * size]), expected, relative: 1e-5)
    }
  }

  @Test func fusedEqualsComposed() {
    let shape: Shape = [4, 3, 3, 8]
    let inputs = [
      Parameter(randomTensor(shape)), Parameter(randomTensor([8], seed: 1)),
      Parameter(randomTensor([8], seed: 2)),
      Parameter(randomTensor(shape, seed: 3)),
    ]
    let weights = randomTensor(shape, seed: 4)
    func run(_ body: (Tensor, Tensor, Tensor, Tensor) -> Tensor) -> ([Float], [[Float]]) {
      var result: [Float] = []
      let (_, gradients) = withGradients(of: inputs) {
        let y = body(inputs[0].value, inputs[1].value, inputs[2].value, inputs[3].value)
        result = y.floats
        return Loss((y * weights).sum())
      }
      return (result, inputs.map { gradients[$0]!.floats })
    }
    let fused = run {
      $0.batchNormalized(gamma: $1, beta: $2, epsilon: 1e-5, adding: $3, thenReLU: true).result
    }
    let composed = run { ($0.batchNormalized(gamma: $1, beta: $2, epsilon: 1e-5).result + $3).relu() }
    expectClose(fused.0, composed.0, relative: 1e-6)
    for (a, b) in zip(fused.1, composed.1) { expectClose(a, b, relative: 1e-5) }
  }

  @Test func upsamplingUndoesAveraging() {
    for dataType in [DataType.float32, .bfloat16] {
      let x = randomTensor([3, 4, 2, 17]).converted(to: dataType)
      let y = x.upsampled()
      #expect(y.shape == [3, 8, 4, 17] && y.dataType == dataType)
      #expect(y.averagePooled(kernel: 2, stride: 2).floats == x.floats)
    }
  }

  @Test func contrastiveLossesEqualTheirComposition() {
    let (positive, negatives) = (randomTensor([5]), randomTensor([5, 33], seed: 1))
    let logits = positive.reshaped(to: [5, 1]).joined(negatives) / 0.3
    expectClose(
      [positive.infoNCE(negatives: negatives, temperature: 0.3).item],
      [-logits.logSoftmax().column(0).mean().item], relative: 1e-6)
    let (a, b) = (randomTensor([5, 33], seed: 2), randomTensor([5, 33], seed: 3))
    let (logQ, logP) = ((a / 0.4).logSoftmax(), (b / 0.4).logSoftmax())
    let divergence = 0.5 * ((logP.exp() * (logP - logQ)).sum() + (logQ.exp() * (logQ - logP)).sum()) / 5
    expectClose([a.symmetricDivergence(from: b, temperature: 0.4).item], [divergence.item], relative: 1e-5)
  }

  @Test func extremeLogitsStayFinite() {
    let x = Tensor([1e4, -1e4, 0, 88, 90, 89], shape: [2, 3])
    #expect(x.logSoftmax().isFinite)
    #expect(x.softmax().isFinite)
    #expect(x.logSumExp().isFinite)
    #expect(x.column(0).infoNCE(negatives: x, temperature: 0.05).isFinite)
  }

  @Test func notANumberIsNotHidden() {
    let x = Tensor([1, .nan, 0], shape: [1, 3])
    #expect(!x.isFinite)
    #expect(x.logSoftmax().floats.contains { $0.isNaN })
    #expect(x.relu().floats[1].isNaN)
    #expect(x.crossEntropy(labels: [0]).item.isNaN)
  }

  @Test func bfloat16RoundsToNearestEven() {
    let x = Tensor([1, 1.00390625, 1.01171875, -3.14159265, 0, 1e-30, .infinity], shape: [7])
    // 1 + 2⁻⁸ lies halfway and goes to the even 1; 1 + 3·2⁻⁸ lies halfway and goes to 1 + 2⁻⁶.
    #expect(
      x.converted(to: .bfloat16).floats
        == [1, 1, 1.015625, -3.140625, 0, Float(bitPattern: bfloat16Bits(1e-30) << 16), .infinity])
    #expect(Tensor([.nan], shape: [1]).converted(to: .bfloat16).floats[0].isNaN)
  }

  private func bfloat16Bits(_ value: Float) -> UInt32 {
    let bits = value.bitPattern
    return (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16
  }

  @Test func eigenvaluesOfASymmetricMatrix() {
    let values = Tensor([2, 1, 1, 2], shape: [2, 2]).symmetricEigenvalues()!
    expectClose(values, [1, 3], relative: 1e-6)
    #expect(Tensor([1, .nan, .nan, 1], shape: [2, 2]).symmetricEigenvalues() == nil)
  }

  @Test(arguments: [(3, 4, 5), (17, 33, 9), (256, 130, 300)])
  func productsMatchLoops(m: Int, n: Int, k: Int) {
    let (a, b) = (randomTensor([m, k]), randomTensor([k, n], seed: 1))
    let (x, y) = (a.floats, b.floats)
    var expected = [Float](repeating: 0, count: m * n)
    for i in 0..<m {
      for j in 0..<n { expected[i * n + j] = (0..<k).reduce(0) { $0 + x[i * k + $1] * y[$1 * n + j] } }
    }
    expectClose(a.matrixProduct(with: b).floats, expected, relative: 1e-5)
  }
}
