import TestSupport
import Testing

@testable import Tensors

@Suite struct GradientTests {
  /// A fixed random weighting turns any result into a scalar whose gradient reaches every element differently.
  func weighted(_ x: Tensor) -> Tensor { (x * randomTensor(x.shape, seed: 99)).sum() }

  @Test func arithmetic() {
    expectGradients(shapes: [[3, 5], [3, 5]]) { weighted($0[0].value + $0[1].value) }
    expectGradients(shapes: [[3, 5], [3, 5]]) { weighted($0[0].value - $0[1].value) }
    expectGradients(shapes: [[3, 5], [3, 5]]) { weighted($0[0].value * $0[1].value) }
    expectGradients(shapes: [[3, 5], [3, 5]], draw: { $0.uniform(in: 1...2) }) {
      weighted($0[0].value / $0[1].value)
    }
    expectGradients(shapes: [[3, 5]]) { weighted(0.3 * $0[0].value) }
    expectGradients(shapes: [[3, 5]]) { weighted(-($0[0].value / 1.7)) }
    expectGradients(shapes: [[4, 4]]) { weighted($0[0].value.exp()) }
    expectGradients(shapes: [[4, 4]], draw: { $0.uniform(in: 0.5...2) }) { weighted($0[0].value.log()) }
    expectGradients(shapes: [[4, 3], [3]]) { weighted($0[0].value.adding(columns: $0[1].value)) }
  }

  @Test func relu() {
    // Kept away from the kink, where no difference quotient is right.
    expectGradients(shapes: [[5, 7]], draw: { ($0.uniform() + 0.1) * ($0.uniform() < 0.5 ? -1 : 1) }) {
      weighted($0[0].value.relu())
    }
  }

  @Test func aTensorUsedTwice() {
    expectGradients(shapes: [[3, 4]]) { parameters in
      let x = parameters[0].value
      return weighted(x * x + 0.5 * x)
    }
  }

  @Test func reductions() {
    expectGradients(shapes: [[3, 4]]) { ($0[0].value * $0[0].value).mean() }
    expectGradients(shapes: [[3, 4]]) { weighted($0[0].value.rowSums()) }
    expectGradients(shapes: [[3, 4], [3, 4]]) { weighted($0[0].value.rowProducts(with: $0[1].value)) }
  }

  @Test func products() {
    expectGradients(shapes: [[3, 4], [4, 5]]) { weighted($0[0].value.matrixProduct(with: $0[1].value)) }
    expectGradients(shapes: [[3, 4], [6, 4]]) { weighted($0[0].value.similarities(to: $0[1].value)) }
    expectGradients(shapes: [[5, 3], [5, 4]]) { weighted($0[0].value.transposedProduct(with: $0[1].value)) }
  }

  @Test func softmaxes() {
    expectGradients(shapes: [[3, 5]]) { weighted($0[0].value.softmax()) }
    expectGradients(shapes: [[3, 5]]) { weighted($0[0].value.logSoftmax()) }
    expectGradients(shapes: [[3, 5]]) { weighted($0[0].value.logSumExp()) }
    expectGradients(shapes: [[3, 5]]) { $0[0].value.crossEntropy(labels: [4, 0, 2]) }
  }

  @Test func normalization() {
    expectGradients(shapes: [[3, 5]]) { weighted($0[0].value.normalized()) }
  }

  @Test(arguments: [(1, false, false), (1, true, false), (2, false, true), (2, true, true)])
  func batchNormalization(groups: Int, thenReLU: Bool, hasResidual: Bool) {
    let shapes: [Shape] = [[4, 2, 3, 5], [5], [5]] + (hasResidual ? [[4, 2, 3, 5]] : [])
    expectGradients(shapes: shapes, seed: 3, step: thenReLU ? 1e-3 : 1e-2, tolerance: thenReLU ? 2e-2 : 4e-3)
    {
      weighted(
        $0[0].value.batchNormalized(
          gamma: $0[1].value, beta: $0[2].value, epsilon: 1e-5, groups: groups,
          adding: hasResidual ? $0[3].value : nil, thenReLU: thenReLU
        ).result)
    }
  }

  @Test func convolution() {
    expectGradients(shapes: [[2, 5, 4, 3], [4, 3, 3, 3]]) {
      weighted($0[0].value.convolved(with: $0[1], stride: 1, padding: 1))
    }
    expectGradients(shapes: [[2, 5, 5, 2], [3, 2, 3, 3]]) {
      weighted($0[0].value.convolved(with: $0[1], stride: 2, padding: 1))
    }
  }

  @Test func pooling() {
    expectGradients(shapes: [[2, 3, 4, 5]]) { weighted($0[0].value.globalAverage()) }
    expectGradients(shapes: [[2, 4, 4, 3]]) { weighted($0[0].value.averagePooled(kernel: 2, stride: 2)) }
    expectGradients(shapes: [[2, 5, 5, 3]]) {
      weighted($0[0].value.averagePooled(kernel: 3, stride: 2, padding: 1, countingPadding: false))
    }
    expectGradients(shapes: [[2, 6, 6, 3]], step: 1e-3, tolerance: 2e-2) {
      weighted($0[0].value.maxPooled(kernel: 3, stride: 2, padding: 1))
    }
  }

  @Test func upsamplingAndSigmoid() {
    expectGradients(shapes: [[2, 2, 3, 5]]) { weighted($0[0].value.upsampled()) }
    expectGradients(shapes: [[4, 5]]) { weighted($0[0].value.sigmoid()) }
  }

  @Test func shapes() {
    expectGradients(shapes: [[3, 4]]) { weighted($0[0].value.reshaped(to: [2, 6])) }
    expectGradients(shapes: [[3, 4], [2, 4]]) { weighted(Tensor.stacked([$0[0].value, $0[1].value])) }
    expectGradients(shapes: [[4, 3], [4, 2]]) { weighted($0[0].value.joined($0[1].value)) }
    expectGradients(shapes: [[4, 3]]) { weighted($0[0].value.rows(1..<3)) }
    expectGradients(shapes: [[4, 3]]) { weighted($0[0].value.columns(1..<3)) }
    expectGradients(shapes: [[4, 3]]) { weighted($0[0].value.column(2)) }
    expectGradients(shapes: [[4, 3]]) { weighted($0[0].value.gathered(at: [2, 0, 3, 1])) }
  }

  @Test func contrastiveLosses() {
    expectGradients(shapes: [[3], [3, 7]]) { $0[0].value.infoNCE(negatives: $0[1].value, temperature: 0.4) }
    expectGradients(shapes: [[3, 7], [3, 7]]) {
      $0[0].value.symmetricDivergence(from: $0[1].value, temperature: 0.6)
    }
  }

  @Test func conversionPassesGradientsThroughRounding() {
    let x = Parameter(randomTensor([4, 4]))
    let (_, gradients) = withGradients(of: [x]) {
      Loss(weighted(x.value.converted(to: .bfloat16).converted(to: .float32)))
    }
    expectClose(gradients[x]!.floats, randomTensor([4, 4], seed: 99).floats, relative: 1e-2)
  }
}
