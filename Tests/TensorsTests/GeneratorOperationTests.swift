import TestSupport
import Testing

@testable import Tensors

/// The operations of generators against the same in PyTorch (`Tests/Fixtures/generate_fixtures.py`) and by finite
/// differences.
@Suite struct GeneratorOperationTests {
  private func expectFixture(
    _ fixture: Fixture, _ name: String, inputs: [String], of function: ([Tensor]) -> Tensor
  ) {
    let parameters = inputs.map { Parameter(fixture.tensor($0)) }
    var output: Tensor?
    let group = name.split(separator: ".")[0]
    let (_, gradients) = withGradients(of: parameters) {
      output = function(parameters.map(\.value))
      let upstream = fixture.tensor(group == "plain" ? "norm.upstream" : "\(group).upstream")
      return Loss((output! * upstream).sum())
    }
    expectClose(output!.floats, fixture.tensor("\(name).output").floats, relative: 2e-6, "\(name) output")
    for (input, parameter) in zip(inputs, parameters) {
      let own = input.split(separator: ".")[1]
      expectClose(
        gradients[parameter]!.floats, fixture.tensor("\(name).gradient.\(own)").floats, relative: 5e-6,
        "\(name) gradient of \(own)")
    }
  }

  @Test func groupNormalizationIsPyTorchs() throws {
    let fixture = try Fixture("generator_parts")
    expectFixture(
      fixture, "norm", inputs: ["norm.input", "norm.weight", "norm.bias", "norm.modulation"]
    ) { $0[0].groupNormalized(groups: 3, gamma: $0[1], beta: $0[2], modulatedBy: $0[3], thenSiLU: true) }
    expectFixture(fixture, "plain", inputs: ["norm.input", "norm.weight", "norm.bias"]) {
      $0[0].groupNormalized(groups: 3, gamma: $0[1], beta: $0[2])
    }
  }

  @Test func attentionIsPyTorchs() throws {
    let fixture = try Fixture("generator_parts")
    expectFixture(fixture, "attention", inputs: ["attention.input"]) { $0[0].selfAttention(heads: 2) }
  }

  @Test func upsamplingIsPyTorchs() throws {
    let fixture = try Fixture("generator_parts")
    expectFixture(fixture, "upsampled", inputs: ["upsampled.input"]) { $0[0].upsampled() }
  }

  @Test func gradientsAreThoseOfFiniteDifferences() {
    let weights = randomTensor([2, 3, 2, 8], seed: 1)
    for thenSiLU in [false, true] {
      expectGradients(shapes: [[2, 3, 2, 8], [8], [8], [2, 16]]) {
        let y = $0[0].value.groupNormalized(
          groups: 2, gamma: $0[1].value, beta: $0[2].value, modulatedBy: $0[3].value, thenSiLU: thenSiLU)
        return (y * weights).sum()
      }
      expectGradients(shapes: [[2, 3, 2, 8], [8], [8]]) {
        let y = $0[0].value.groupNormalized(
          groups: 4, gamma: $0[1].value, beta: $0[2].value, thenSiLU: thenSiLU)
        return (y * weights).sum()
      }
    }
    expectGradients(shapes: [[2, 3, 2, 24]]) { ($0[0].value.selfAttention(heads: 4) * weights).sum() }
    expectGradients(shapes: [[2, 3, 2, 8]]) { ($0[0].value.silu() * weights).sum() }
    expectGradients(shapes: [[2, 3, 2, 5], [2, 3, 2, 3]]) {
      ($0[0].value.joined($0[1].value) * weights).sum()
    }
    expectGradients(shapes: [[2, 3, 2, 11]]) { ($0[0].value.columns(1..<9) * weights).sum() }
  }

  /// Logits of some thousands: without the maximum taken off, their exponentials are infinite.
  @Test func attentionSurvivesLargeLogits() {
    let x = randomTensor([1, 2, 2, 6], scale: 200)
    let input = Parameter(x)
    var output: Tensor?
    let (_, gradients) = withGradients(of: [input]) {
      output = input.value.selfAttention()
      return Loss(output!.sum())
    }
    #expect(output!.isFinite && gradients[input]!.isFinite)
  }

  @Test func bfloat16IsCloseToFloat32() {
    let shape: Shape = [3, 4, 4, 32]
    let (gamma, beta) = (Parameter(randomTensor([32], seed: 1)), Parameter(randomTensor([32], seed: 2)))
    let upstream = randomTensor(shape, seed: 3)
    func run(_ dataType: DataType) -> [[Float]] {
      let x = Parameter(randomTensor(shape).converted(to: .bfloat16).converted(to: .float32))
      var output: Tensor?
      let (_, gradients) = withGradients(of: [x, gamma, beta]) {
        let input = x.value.converted(to: dataType)
        let y = input.groupNormalized(groups: 8, gamma: gamma.value, beta: beta.value, thenSiLU: true)
        output = y.joined(input + y).converted(to: .float32)
        return Loss((output!.columns(0..<32) * upstream).sum() + (output!.columns(32..<64) * upstream).sum())
      }
      return [output!.floats] + [x, gamma, beta].map { gradients[$0]!.floats }
    }
    for (rounded, exact) in zip(run(.bfloat16), run(.float32)) { expectClose(rounded, exact, relative: 0.02) }
  }

  /// An image is normalized by itself: the batch around it, and the number of workers, change no bit.
  @Test func imagesAreNormalizedAlone() {
    let x = randomTensor([5, 4, 4, 24])
    let (gamma, beta) = (randomTensor([24], seed: 1), randomTensor([24], seed: 2))
    func normalized(_ x: Tensor) -> [Float] {
      x.groupNormalized(groups: 6, gamma: gamma, beta: beta, thenSiLU: true).floats
    }
    let together = normalized(x)
    for image in 0..<5 {
      #expect(normalized(x.rows(image..<image + 1)) == Array(together[image * 384..<(image + 1) * 384]))
    }
  }
}
