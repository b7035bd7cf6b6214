import Tensors
import TestSupport
import Testing

// The example of the page about `TestSupport`.
struct AgreementTests {
  @Test func theLossIsDifferentiatedInBothViews() {
    expectGradients(shapes: [[6, 4], [6, 4]]) { parameters in
      let difference = parameters[0].value - parameters[1].value
      return (difference * difference).mean()
    }
  }
}
