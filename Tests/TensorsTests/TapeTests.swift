import TestSupport
import Testing

@testable import Tensors

@Suite struct TapeTests {
  @Test func onlyNamedParametersAreDifferentiated() {
    let (named, unnamed) = (Parameter(randomTensor([3])), Parameter(randomTensor([3], seed: 1)))
    let (_, gradients) = withGradients(of: [named]) { Loss((named.value * unnamed.value).sum()) }
    #expect(gradients[named]?.floats == unnamed.constant.floats)
    #expect(gradients[unnamed] == nil)
  }

  @Test func aParameterTheLossDoesNotReachHasNoGradient() {
    let (used, unused) = (Parameter(randomTensor([3])), Parameter(randomTensor([3])))
    let (_, gradients) = withGradients(of: [used, unused]) { Loss(used.value.sum()) }
    #expect(gradients[used] != nil)
    #expect(gradients[unused] == nil)
  }

  @Test func theNormIsThatOfAllGradientsTogether() {
    let (a, b) = (Parameter(Tensor([3, 0], shape: [2])), Parameter(Tensor([1, 2], shape: [2])))
    let unused = Parameter(Tensor([7], shape: [1]))
    let (_, gradients) = withGradients(of: [a, b, unused]) { Loss((a.value * b.value).sum()) }
    // ∂/∂a = b = (1, 2), ∂/∂b = a = (3, 0)
    #expect(abs(gradients.norm(of: [a, b, unused]) - Float(14).squareRoot()) < 1e-6)
    #expect(abs(gradients.norm(of: [a]) - Float(5).squareRoot()) < 1e-6)
    #expect(gradients.norm(of: [unused]) == 0)
  }

  @Test func nothingIsRecordedOutside() {
    let parameter = Parameter(randomTensor([3]))
    #expect(!(parameter.value + parameter.value).isRecorded)
    withGradients(of: [parameter]) {
      #expect((parameter.value + parameter.value).isRecorded)
      #expect(!parameter.value.constant.isRecorded)
      return Loss(parameter.value.sum())
    }
  }

  @Test func aTensorThatOutlivesItsTapeIsAConstant() {
    let parameter = Parameter(randomTensor([3]))
    var kept: Tensor?
    _ = withGradients(of: [parameter]) {
      kept = parameter.value + parameter.value
      return Loss(kept!.sum())
    }
    #expect(!kept!.isRecorded)
    let other = Parameter(randomTensor([3], seed: 5))
    let (_, gradients) = withGradients(of: [other]) { Loss((kept! * other.value).sum()) }
    #expect(gradients[other]?.floats == kept!.floats)
  }

  @Test func aValueIsNotChangedByLaterUpdates() {
    let queue = Statistic(Tensor(repeating: 1, shape: [4]))
    let parameter = Parameter(Tensor(repeating: 2, shape: [4]))
    let (_, gradients) = withGradients(of: [parameter]) {
      let n = queue.value
      let product = parameter.value * n
      queue.value.withMutableFloats { $0[0] = 100 }  // overwritten before the walk back
      return Loss(product.sum())
    }
    #expect(gradients[parameter]?.floats == [1, 1, 1, 1])
    #expect(queue.value.floats == [100, 1, 1, 1])
  }

  @Test func assigningCopies() {
    let a = Tensor([1, 2, 3], shape: [3])
    var b = a
    b.withMutableFloats { $0[1] = 7 }
    #expect(a.floats == [1, 2, 3])
    #expect(b.floats == [1, 7, 3])
  }

  @Test func aThousandOperationsDeep() {
    let parameter = Parameter(Tensor([1], shape: [1]))
    let (_, gradients) = withGradients(of: [parameter]) {
      Loss((0..<20_000).reduce(parameter.value) { x, _ in 1 * x }.sum())
    }
    #expect(gradients[parameter]?.item == 1)
  }

  @Test func versionsGrowWithUpdates() {
    let parameter = Parameter(Tensor(zeros: [2]))
    parameter.update { $0.withMutableFloats { $0[0] = 1 } }
    #expect(parameter.version == 1)
    #expect(parameter.value.floats == [1, 0])
  }
}
