import CKernels
import Testing

@Suite struct OptimizerTests {
  private let count = 37
  private let steps = 5

  private func gradients(_ step: Int) -> [Float] {
    var noise = Noise(100 + step)
    return noise.floats(count)
  }

  private var start: [Float] {
    var noise = Noise(1)
    return noise.floats(count)
  }

  @Test(arguments: [(Float(0), false), (0.9, false), (0.9, true)])
  func sgdFollowsItsDefinition(momentum: Float, nesterov: Bool) {
    let (rate, decay) = (Float(0.1), Float(0.05))
    var p = start.map { Double($0) }
    var v = [Double](repeating: 0, count: count)
    for step in 0..<steps {
      for (i, g) in gradients(step).enumerated() {
        let d = Double(g) + Double(decay) * p[i]
        v[i] = Double(momentum) * v[i] + d
        p[i] -= Double(rate) * (nesterov ? d + Double(momentum) * v[i] : v[i])
      }
    }
    withEveryInstructionSet { _ in
      var found = start
      var velocity = [Float](repeating: 0, count: count)
      for step in 0..<steps {
        rk_sgd(&found, gradients(step), &velocity, count, rate, momentum, 0, decay, nesterov)
      }
      expectClose(found, p, tolerance: 1e-6)
    }
  }

  @Test(arguments: [false, true], [false, true]) func larsFollowsItsDefinition(nesterov: Bool, inside: Bool) {
    let (momentum, rate, decay, trust) = (0.9, 0.2, 0.01, 0.3)
    var p = start.map { Double($0) }
    var v = [Double](repeating: 0, count: count)
    for step in 0..<steps {
      for (i, g) in gradients(step).enumerated() {
        let d = trust * (Double(g) + decay * p[i]) * (inside ? rate : 1)
        v[i] = momentum * v[i] + d
        p[i] -= (inside ? 1 : rate) * (nesterov ? d + momentum * v[i] : v[i])
      }
    }
    withEveryInstructionSet { _ in
      var found = start
      var velocity = [Float](repeating: 0, count: count)
      for step in 0..<steps {
        rk_lars(&found, gradients(step), &velocity, count, 0.2, 0.9, 0.01, 0.3, nesterov, inside)
      }
      expectClose(found, p, tolerance: 1e-6)
    }
  }

  @Test(arguments: [false, true]) func adamFollowsItsDefinition(decoupled: Bool) {
    let (rate, beta1, beta2, epsilon, decay) = (0.01, 0.9, 0.999, 1e-8, 0.1)
    var p = start.map { Double($0) }
    var m = [Double](repeating: 0, count: count)
    var v = m
    var (product1, product2) = (1.0, 1.0)
    for step in 0..<steps {
      product1 *= beta1
      product2 *= beta2
      for (i, g) in gradients(step).enumerated() {
        if decoupled { p[i] *= 1 - rate * decay }
        let d = Double(g) + (decoupled ? 0 : decay * p[i])
        m[i] = beta1 * m[i] + (1 - beta1) * d
        v[i] = beta2 * v[i] + (1 - beta2) * d * d
        p[i] -= rate * (m[i] / (1 - product1)) / ((v[i] / (1 - product2)).squareRoot() + epsilon)
      }
    }
    withEveryInstructionSet { _ in
      var found = start
      var first = [Float](repeating: 0, count: count)
      var second = first
      var (one, two) = (1.0, 1.0)
      for step in 0..<steps {
        one *= beta1
        two *= beta2
        rk_adam(
          &found, gradients(step), &first, &second, count, 0.01, 0.9, 0.999, 1e-8, 0.1, decoupled,
          Float(1 - one),
          Float(1 - two))
      }
      expectClose(found, p, tolerance: 3e-6)
    }
  }
}
