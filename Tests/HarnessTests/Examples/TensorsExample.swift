import Tensors
import Testing

/// The example of the page about `Tensors`.
struct TensorsExample {
  @Test func runs() {
    let x = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
    let w = Parameter(Tensor([0.5, -0.5], shape: [2, 1]))
    let (loss, gradients) = withGradients(of: [w]) {
      let y = x.matrixProduct(with: w.value)
      return Loss((y * y).mean())
    }
    print(loss.total.item)  // 0.25
    print(gradients[w]!.floats)  // [-3.0, -4.0]
    #expect(loss.total.item == 0.25 && gradients[w]?.floats == [-3, -4])
  }
}
