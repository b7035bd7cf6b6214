import CKernels
import Foundation
import Testing

@Suite struct UpsamplingTests {
  @Test(arguments: [(1, 1, 1, 1), (2, 3, 2, 5), (1, 2, 4, 16), (3, 4, 4, 33)])
  func everyPixelBecomesFourAndTheirGradientsOneSum(images: Int, height: Int, width: Int, channels: Int) {
    var noise = Noise(images)
    let x = noise.floats(images * height * width * channels).map { float(bf16($0)) }
    let dy = noise.integers(4 * x.count, limit: 8)
    /// The place in x of the place in y.
    func source(_ place: Int) -> Int {
      let (channel, pixel) = (place % channels, place / channels)
      let (column, row) = (pixel % (2 * width), pixel / (2 * width))
      return ((row / (2 * height) * height + row % (2 * height) / 2) * width + column / 2) * channels
        + channel
    }
    let expected = (0..<4 * x.count).map { x[source($0)] }
    var sums = [Float](repeating: 0, count: x.count)
    for place in dy.indices { sums[source(place)] += dy[place] }
    withEveryInstructionSet { level in
      var y = [Float](repeating: 7, count: 4 * x.count + 20)
      rk_upsampled_f32(x, &y, images, height, width, channels)
      #expect(
        Array(y[..<expected.count]) == expected && y[expected.count...].allSatisfy { $0 == 7 },
        "\(level.name)")
      var dx = [Float](repeating: 7, count: x.count + 20)
      rk_upsampled_gradient_f32(dy, &dx, images, height, width, channels)
      #expect(Array(dx[..<sums.count]) == sums && dx[sums.count...].allSatisfy { $0 == 7 }, "\(level.name)")
      var narrow = [UInt16](repeating: 0, count: 4 * x.count)
      rk_upsampled_bf16(bf16(x), &narrow, images, height, width, channels)
      #expect(float(narrow) == expected, "\(level.name)")
      var narrowSums = [UInt16](repeating: 0, count: x.count)
      rk_upsampled_gradient_bf16(bf16(dy), &narrowSums, images, height, width, channels)
      #expect(float(narrowSums) == sums, "\(level.name)")
    }
  }

  @Test func sigmoidIsAccurateAndSaturates() {
    let x = stride(from: Float(-30), through: 30, by: 0.37).map { $0 } + [0, -200, 200, -88, 88]
    withEveryInstructionSet { _ in
      var y = [Float](repeating: 0, count: x.count)
      rk_sigmoid(x, &y, x.count)
      for (argument, value) in zip(x, y) {
        let expected = 1 / (1 + exp(-Double(argument)))
        #expect(abs(Double(value) - expected) <= 4e-7 * expected + 1e-38, "\(argument): \(value)")
      }
      var odd: [Float] = [.nan]
      rk_sigmoid(odd, &odd, 1)
      #expect(odd[0].isNaN)
    }
  }
}
