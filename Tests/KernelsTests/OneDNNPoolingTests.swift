import COneDNN
import Testing

@Suite struct OneDNNPoolingTests {
  private static let kinds = [RD_POOL_MAX, RD_POOL_AVERAGE, RD_POOL_AVERAGE_WITH_PADDING].map { $0.rawValue }

  @Test(arguments: kinds, [1, 2]) func forwardAndBackwardMatch(kind: UInt32, stride: Int) throws {
    let (images, height, width, channels, kernel, padding) = (2, 7, 9, 5, 3, 1)
    let (outHeight, outWidth) = (
      (height + 2 * padding - kernel) / stride + 1, (width + 2 * padding - kernel) / stride + 1
    )
    var noise = Noise(Int(kind))
    let x = noise.floats(images * height * width * channels).map { float(bf16($0)) }
    let dy = noise.integers(images * outHeight * outWidth * channels, limit: 9)
    var y = [Double](repeating: 0, count: dy.count)
    var dx = [Double](repeating: 0, count: x.count)
    for place in dy.indices {
      let (c, pixel) = (place % channels, place / channels)
      let (j, i, n) = (pixel % outWidth, pixel / outWidth % outHeight, pixel / outWidth / outHeight)
      var window: [Int] = []
      for tap in 0..<(kernel * kernel) {
        let (h, v) = (i * stride + tap / kernel - padding, j * stride + tap % kernel - padding)
        guard (0..<height).contains(h), (0..<width).contains(v) else { continue }
        window.append(((n * height + h) * width + v) * channels + c)
      }
      if kind == RD_POOL_MAX.rawValue {
        let best = window.max { x[$0] < x[$1] }!
        y[place] = Double(x[best])
        dx[best] += Double(dy[place])
      } else {
        let count = Double(kind == RD_POOL_AVERAGE.rawValue ? window.count : kernel * kernel)
        y[place] = window.reduce(0) { $0 + Double(x[$1]) } / count
        window.forEach { dx[$0] += Double(dy[place]) / count }
      }
    }
    let shape = rd_pool_shape(
      images: images, height: height, width: width, channels: channels, kernel_height: kernel,
      kernel_width: kernel,
      stride: stride, padding: padding)
    let (single, singleGradient) = try run(rd_pool_kind(kind), shape, RD_F32, x, dy)
    expectClose(single, y, tolerance: 1e-6)
    expectClose(singleGradient, dx, tolerance: 1e-6)
    let (narrow, narrowGradient) = try run(rd_pool_kind(kind), shape, RD_BF16, bf16(x), bf16(dy))
    expectClose(float(narrow), y, tolerance: 4e-3)
    expectClose(float(narrowGradient), dx, tolerance: 1e-2)
  }

  private func run<Element: BitwiseCopyable>(
    _ kind: rd_pool_kind, _ shape: rd_pool_shape, _ type: rd_data_type, _ x: [Element], _ dy: [Element]
  ) throws -> (y: [Element], dx: [Element]) {
    var created: OpaquePointer?
    #expect(rd_pool_create(&created, kind, shape, type) == RD_OK, "\(String(cString: rd_last_error()))")
    let pool = try #require(created)
    defer { rd_pool_destroy(pool) }
    var (y, dx) = (dy, x)
    var workspace = [UInt8](repeating: 0, count: rd_pool_workspace_bytes(pool) + 1)
    var scratch = [UInt8](repeating: 0, count: rd_pool_scratch_bytes(pool) + 64)
    #expect(rd_pool_forward(pool, x, &y, &workspace, &scratch) == RD_OK)
    #expect(rd_pool_backward(pool, dy, workspace, &dx, &scratch) == RD_OK)
    return (y, dx)
  }

  @Test(arguments: [false, true], [false, true]) func matrixProduct(transposeA: Bool, transposeB: Bool) {
    let (m, n, k) = (5, 7, 9)
    var noise = Noise(1)
    let a = noise.integers(m * k, limit: 4)
    let b = noise.integers(k * n, limit: 4)
    let old = noise.integers(m * n, limit: 4)
    let expected = (0..<(m * n)).map { place in
      (0..<k).reduce(old[place] / 2) { sum, i in
        let (row, column) = (place / n, place % n)
        return sum + 2 * a[transposeA ? i * m + row : row * k + i]
          * b[transposeB ? column * k + i : i * n + column]
      }
    }
    var c = old
    let status = rd_sgemm(
      transposeA, transposeB, m, n, k, 2, a, transposeA ? m : k, b, transposeB ? k : n, 0.5, &c, n)
    #expect(status == RD_OK && c == expected)
  }
}
