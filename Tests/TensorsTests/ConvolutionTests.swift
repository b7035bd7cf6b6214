import TestSupport
import Testing

@testable import Tensors

@Suite struct ConvolutionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let kernel, stride, padding, inputs, outputs, height, width: Int
    var testDescription: String {
      "\(kernel)×\(kernel)/\(stride) p\(padding) \(inputs)→\(outputs) \(height)×\(width)"
    }
  }

  static let cases: [Case] = [1, 3, 5, 7].flatMap { kernel in
    [1, 2].flatMap { stride in
      [(1, 16), (3, 16), (16, 17), (17, 3), (16, 32)].flatMap { inputs, outputs in
        [0, kernel / 2].map { padding in
          Case(
            kernel: kernel, stride: stride, padding: padding, inputs: inputs, outputs: outputs, height: 9,
            width: 7)
        }
      }
    }
  }

  /// Small whole numbers, so that float32 sums are exact and equality is the test; a few of them, so that bfloat16's
  /// products are exact too.
  func integers(_ shape: Shape, seed: UInt64) -> Tensor {
    var random = Random(seed: seed, stream: "integers")
    return Tensor(shape: shape) { Float(random.integer(below: 5) - 2) }
  }

  @Test(arguments: cases) func float32IsExact(_ c: Case) { check(c, .float32, batch: 3) }

  @Test(arguments: cases) func bfloat16RoundsOnlyItsResult(_ c: Case) { check(c, .bfloat16, batch: 3) }

  @Test func batchesOfManyChunks() {
    // More images than one chunk holds, and a remainder, on several workers.
    let c = Case(kernel: 3, stride: 1, padding: 1, inputs: 16, outputs: 16, height: 16, width: 16)
    check(c, .float32, batch: 45)
    check(c, .bfloat16, batch: 45)
  }

  func check(_ c: Case, _ dataType: DataType, batch: Int) {
    let x = integers([batch, c.height, c.width, c.inputs], seed: 1)
    let w = Parameter(integers([c.outputs, c.inputs, c.kernel, c.kernel], seed: 2))
    let input = Parameter(x)
    let expected = ReferenceKernels.convolution(x, w.constant, stride: c.stride, padding: c.padding)
    let dy = integers(expected.shape, seed: 3)
    var result: Tensor?
    let (_, gradients) = withGradients(of: [input, w]) {
      let y = input.value.converted(to: dataType).convolved(with: w, stride: c.stride, padding: c.padding)
      result = y.converted(to: .float32)
      return Loss((result! * dy).sum())
    }
    let reference = ReferenceKernels.convolutionGradients(
      dy, x, w.constant, stride: c.stride, padding: c.padding)
    if dataType == .float32 {
      #expect(result!.floats == expected.floats)
      #expect(gradients[input]!.floats == reference.x.floats)
      #expect(gradients[w]!.floats == reference.w.floats)
    } else {
      // One rounding of the result to 8 significant bits; the weight gradient is float32 and exact.
      expectClose(result!.floats, expected.floats, relative: 0x1p-8)
      expectClose(gradients[input]!.floats, reference.x.floats, relative: 0x1p-8)
      #expect(gradients[w]!.floats == reference.w.floats)
    }
  }

  @Test func packedWeightsFollowTheParameter() {
    let w = Parameter(integers([16, 16, 3, 3], seed: 2))
    let x = integers([2, 5, 5, 16], seed: 1)
    _ = x.convolved(with: w, padding: 1)
    w.update { $0 = integers([16, 16, 3, 3], seed: 7) }
    #expect(
      x.convolved(with: w, padding: 1).floats
        == ReferenceKernels.convolution(x, w.constant, stride: 1, padding: 1).floats)
  }

  @Test func recycledMemoryLeavesNothingInPackedWeights() {
    // Three input channels are padded in the packed layout; the memory it gets held other numbers before.
    let x = integers([1, 9, 7, 3], seed: 1)
    for seed in 0..<20 as Range<UInt64> {
      fillRecycledMemory()
      let w = Parameter(integers([16, 3, 5, 5], seed: seed))
      let expected = ReferenceKernels.convolution(x, w.constant, stride: 2, padding: 2)
      #expect(x.convolved(with: w, stride: 2, padding: 2).floats == expected.floats)
    }
  }

  /// Fills and gives back buffers of every size that packed weights may have.
  private func fillRecycledMemory() {
    for count in stride(from: 1_024, through: 8_192, by: 128) {
      _ = Tensor(repeating: 1e10, shape: [count])
    }
  }

  @Test func imagesWithoutGradientGetNone() {
    let w = Parameter(integers([16, 3, 3, 3], seed: 2))
    let (_, gradients) = withGradients(of: [w]) {
      Loss(integers([2, 5, 5, 3], seed: 1).convolved(with: w, padding: 1).sum())
    }
    #expect(gradients[w] != nil)
  }
}

@Suite struct ConvolutionCountTests {
  /// Against a walk over every tap.
  @Test(arguments: [
    (8, 3, 1, 1), (8, 3, 2, 1), (7, 3, 2, 1), (8, 1, 2, 0), (5, 5, 1, 2), (9, 7, 2, 3), (2, 5, 1, 2),
  ])
  func tapsOnPaddingAreLeftOut(side: Int, kernel: Int, stride: Int, padding: Int) {
    let geometry = ConvolutionGeometry(
      input: [1, side, side, 2], weight: [3, 2, kernel, kernel], stride: stride, padding: padding)
    var taps = 0
    for place in 0..<geometry.outputHeight {
      for tap in 0..<kernel where (0..<side).contains(place * stride - padding + tap) { taps += 1 }
    }
    #expect(geometry.multiplyAddsInside == taps * taps * 2 * 3)
    #expect(geometry.multiplyAddsInside <= geometry.multiplyAdds)
  }
}
