import TestSupport
import Testing

@testable import Tensors

/// Networks of other forms than a residual network's, each described once and run by plan and by operations.
@Suite struct PlannedNetworkTests {
  /// One convolution and what normalizes it.
  final class Part: @unchecked Sendable {
    let weight, gamma, beta: Parameter
    let stride, groups: Int
    private(set) var followed: [(mean: [Float], variance: [Float], count: Int)] = []

    init(_ inputs: Int, _ outputs: Int, kernel: Int = 3, stride: Int = 1, groups: Int, seed: UInt64) {
      weight = Parameter(randomTensor([outputs, inputs, kernel, kernel], seed: seed, scale: 0.3))
      gamma = Parameter(randomTensor([outputs], seed: seed + 100))
      beta = Parameter(randomTensor([outputs], seed: seed + 200))
      self.stride = stride
      self.groups = groups
    }

    var parameters: [Parameter] { [weight, gamma, beta] }

    func describe(
      _ x: ConvolutionalNetwork.Feature, in network: inout ConvolutionalNetwork.Description
    ) -> ConvolutionalNetwork.Branch {
      let channels = gamma.shape.count
      return network.convolution(
        of: x, with: weight, stride: stride, padding: weight.shape[2] / 2,
        ConvolutionalNetwork.Normalization(
          gamma: gamma, beta: beta, epsilon: 1e-5, groups: groups,
          follow: { self.followed.append(($0.floats, $1.floats, $2)) },
          frozen: { (Tensor(repeating: 0.5, shape: [channels]), Tensor(repeating: 0.1, shape: [channels])) }))
    }

    func apply(_ x: Tensor, adding residual: Tensor? = nil, thenReLU: Bool) -> Tensor {
      x.convolved(with: weight, stride: stride, padding: weight.shape[2] / 2).batchNormalized(
        gamma: gamma.value, beta: beta.value, epsilon: 1e-5, groups: groups, adding: residual,
        thenReLU: thenReLU
      ).result
    }
  }

  /// A form of network, as data and as operations.
  struct Form: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let parts: @Sendable (_ groups: Int) -> [Part]
    let describe:
      @Sendable ([Part], inout ConvolutionalNetwork.Description, ConvolutionalNetwork.Feature) -> Void
    let apply: @Sendable ([Part], Tensor) -> Tensor
  }

  static let forms: [Form] = [
    Form(
      testDescription: "chain that ends without ReLU",
      parts: { groups in
        [
          Part(3, 16, groups: groups, seed: 1), Part(16, 16, kernel: 1, groups: groups, seed: 2),
          Part(16, 8, stride: 2, groups: groups, seed: 3),
        ]
      },
      describe: { p, network, x in
        let a = network.feature(p[0].describe(x, in: &network))
        let b = network.feature(p[1].describe(a, in: &network), thenReLU: false)
        _ = network.feature(p[2].describe(b, in: &network), thenReLU: false)
      },
      apply: { p, x in
        p[2].apply(p[1].apply(p[0].apply(x, thenReLU: true), thenReLU: false), thenReLU: false)
      }),
    Form(
      testDescription: "one feature added twice, blocks of one convolution",
      parts: { groups in
        [
          Part(3, 16, groups: groups, seed: 1), Part(16, 16, groups: groups, seed: 2),
          Part(16, 16, groups: groups, seed: 3), Part(16, 16, groups: groups, seed: 4),
        ]
      },
      describe: { p, network, x in
        let a = network.feature(p[0].describe(x, in: &network))
        let b = network.feature(p[1].describe(a, in: &network), adding: .feature(a))
        let c = network.feature(p[2].describe(b, in: &network), adding: .feature(a))
        _ = network.feature(p[3].describe(c, in: &network), adding: .feature(c), thenReLU: false)
      },
      apply: { p, x in
        let a = p[0].apply(x, thenReLU: true)
        let b = p[1].apply(a, adding: a, thenReLU: true)
        let c = p[2].apply(b, adding: a, thenReLU: true)
        return p[3].apply(c, adding: c, thenReLU: false)
      }),
    Form(
      testDescription: "one feature read by two sizes of kernel, and added",
      parts: { groups in
        [
          Part(3, 16, groups: groups, seed: 1), Part(16, 16, groups: groups, seed: 2),
          Part(16, 16, kernel: 1, groups: groups, seed: 3), Part(16, 16, groups: groups, seed: 4),
        ]
      },
      describe: { p, network, x in
        let a = network.feature(p[0].describe(x, in: &network))
        let (main, side) = (p[1].describe(a, in: &network), p[2].describe(a, in: &network))
        let b = network.feature(main, adding: .branch(side))
        _ = network.feature(p[3].describe(b, in: &network), adding: .feature(a), thenReLU: false)
      },
      apply: { p, x in
        let a = p[0].apply(x, thenReLU: true)
        let b = p[1].apply(a, adding: p[2].apply(a, thenReLU: false), thenReLU: true)
        return p[3].apply(b, adding: a, thenReLU: false)
      }),
    Form(
      testDescription: "two branches of the images, pooled features",
      parts: { groups in
        [
          Part(3, 16, groups: groups, seed: 1), Part(3, 16, kernel: 1, groups: groups, seed: 2),
          Part(16, 16, kernel: 5, groups: groups, seed: 3), Part(16, 8, groups: groups, seed: 4),
        ]
      },
      describe: { p, network, x in
        let (first, second) = (p[0].describe(x, in: &network), p[1].describe(x, in: &network))
        let a = network.feature(first, adding: .branch(second))
        let b = network.maxPooledFeature(p[2].describe(a, in: &network), kernel: 2, stride: 2, padding: 0)
        _ = network.maxPooledFeature(
          p[3].describe(b, in: &network), thenReLU: false, kernel: 3, stride: 1, padding: 1)
      },
      apply: { p, x in
        let a = p[0].apply(x, adding: p[1].apply(x, thenReLU: false), thenReLU: true)
        let b = p[2].apply(a, thenReLU: true).maxPooled(kernel: 2, stride: 2)
        return p[3].apply(b, thenReLU: false).maxPooled(kernel: 3, stride: 1, padding: 1)
      }),
    Form(
      testDescription: "average-pooled and max-pooled features, padding counted",
      parts: { groups in
        [
          Part(3, 16, kernel: 5, groups: groups, seed: 1), Part(16, 16, kernel: 1, groups: groups, seed: 2),
          Part(16, 8, groups: groups, seed: 3),
        ]
      },
      describe: { p, network, x in
        let a = network.averagePooledFeature(
          p[0].describe(x, in: &network), kernel: 3, stride: 2, padding: 1)
        let b = network.maxPooledFeature(p[1].describe(a, in: &network), kernel: 3, stride: 2, padding: 1)
        _ = network.averagePooledFeature(
          p[2].describe(b, in: &network), thenReLU: false, kernel: 3, stride: 1, padding: 1)
      },
      apply: { p, x in
        let a = p[0].apply(x, thenReLU: true).averagePooled(kernel: 3, stride: 2, padding: 1)
        let b = p[1].apply(a, thenReLU: true).maxPooled(kernel: 3, stride: 2, padding: 1)
        return p[2].apply(b, thenReLU: false).averagePooled(kernel: 3, stride: 1, padding: 1)
      }),
  ]

  @Test(arguments: forms, [1, 3]) func planAndOperationsAgree(_ form: Form, _ groups: Int) {
    let parts = form.parts(groups)
    let network = ConvolutionalNetwork { form.describe(parts, &$0, $1) }
    let images = randomTensor([9, 12, 10, 3])
    let parameters = parts.flatMap(\.parameters)
    func outcome(_ body: () -> Tensor) -> (values: [Float], gradients: [[Float]]) {
      var values: [Float] = []
      let (_, gradients) = withGradients(of: parameters) {
        let result = body()
        values = result.floats
        return Loss((result * randomTensor(result.shape, seed: 7)).sum())
      }
      return (values, parameters.map { gradients[$0]?.floats ?? [] })
    }
    for pooled in [false, true] {
      let planned = PlannedExecution.$parts.withValue(2) {
        outcome { network(images, frozen: false, pooled: pooled)! }
      }
      let plain = outcome {
        let result = form.apply(parts, images)
        return pooled ? result.globalAverage() : result
      }
      expectClose(planned.values, plain.values, relative: 1e-4)
      for (index, (a, b)) in zip(planned.gradients, plain.gradients).enumerated() {
        // A sum that is zero in exact arithmetic is no scale to measure by.
        let scale = plain.gradients.map(norm).max()!
        #expect(norm(zip(a, b).map { $0 - $1 }) <= 1e-4 * max(norm(b), 1e-2 * scale), "parameter \(index)")
      }
    }
  }

  @Test func statisticsOfEveryGroupAreHandedOver() {
    let part = Part(3, 16, groups: 3, seed: 1)
    let network = ConvolutionalNetwork { description, x in
      _ = description.feature(part.describe(x, in: &description))
    }
    let images = randomTensor([9, 12, 10, 3])
    _ = network(images, frozen: false, pooled: true)
    let expected = images.convolved(with: part.weight, stride: 1, padding: 1).batchNormalized(
      gamma: part.gamma.constant, beta: part.beta.constant, epsilon: 1e-5, groups: 3)
    #expect(part.followed.count == 1)
    expectClose(part.followed[0].mean, expected.mean.floats)
    expectClose(part.followed[0].variance, expected.variance.floats)
    #expect(part.followed[0].count == 3 * 12 * 10)
    _ = network(images, frozen: true, pooled: true)
    #expect(part.followed.count == 1)
  }

  @Test func whatNoPlanCanDoIsLeftToOthers() {
    let part = Part(3, 16, groups: 3, seed: 1)
    let network = ConvolutionalNetwork { description, x in
      _ = description.feature(part.describe(x, in: &description))
    }
    #expect(network(randomTensor([8, 12, 10, 3]), frozen: false, pooled: true) == nil)
    #expect(
      PlannedExecution.$isEnabled.withValue(false) {
        network(randomTensor([9, 12, 10, 3]), frozen: false, pooled: true)
      } == nil)
    // A residual that is no part of what it joins: a second branch of the images, added to the first's result.
    let (a, b) = (Part(3, 16, groups: 3, seed: 1), Part(3, 16, groups: 3, seed: 2))
    let crossed = ConvolutionalNetwork { description, x in
      let first = description.feature(a.describe(x, in: &description))
      let end = description.feature(b.describe(x, in: &description), adding: .feature(first))
      _ = description.feature(Part(16, 16, groups: 3, seed: 3).describe(end, in: &description))
    }
    #expect(crossed(randomTensor([9, 12, 10, 3]), frozen: false, pooled: true) == nil)
  }
}
