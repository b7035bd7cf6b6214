import Testing

/// Sizes of a convolution by square kernels of odd size with half of it as padding.
struct ConvolutionShape: CustomStringConvertible, Sendable {
  let images: Int, height: Int, width: Int, input: Int, output: Int, stride: Int
  var size = 3

  var taps: Int { size * size }

  var outHeight: Int { (height - 1) / stride + 1 }
  var outWidth: Int { (width - 1) / stride + 1 }
  var description: String { "\(images) x \(height)x\(width), \(input)->\(output), stride \(stride)" }
}

/// Inputs, and the three results in double.
struct ConvolutionReference {
  let x: [Float], w: [Float], dy: [Float]
  var y: [Double], dx: [Double], dw: [Double]

  /// Of eighths, which bfloat16 holds exactly.
  init(_ s: ConvolutionShape) {
    var noise = Noise(s.height * 100 + s.width)
    func eighths(_ count: Int) -> [Float] { noise.integers(count, limit: 8).map { $0 / 8 } }
    let x = eighths(s.images * s.height * s.width * s.input)
    let w = eighths(s.output * s.input * s.taps)
    self.init(s, x: x, w: w, dy: eighths(s.images * s.outHeight * s.outWidth * s.output))
  }

  init(_ s: ConvolutionShape, x: [Float], w: [Float], dy: [Float]) {
    (self.x, self.w, self.dy) = (x, w, dy)
    y = [Double](repeating: 0, count: dy.count)
    dx = [Double](repeating: 0, count: x.count)
    dw = [Double](repeating: 0, count: w.count)
    for n in 0..<s.images {
      for i in 0..<s.outHeight {
        for j in 0..<s.outWidth {
          for tap in 0..<s.taps {
            let (h, v) = (i * s.stride + tap / s.size - s.size / 2, j * s.stride + tap % s.size - s.size / 2)
            guard (0..<s.height).contains(h), (0..<s.width).contains(v) else { continue }
            let (atX, atY) = (
              ((n * s.height + h) * s.width + v) * s.input,
              ((n * s.outHeight + i) * s.outWidth + j) * s.output
            )
            for o in 0..<s.output {
              for c in 0..<s.input {
                let place = (o * s.input + c) * s.taps + tap
                y[atY + o] += Double(x[atX + c]) * Double(w[place])
                dx[atX + c] += Double(dy[atY + o]) * Double(w[place])
                dw[place] += Double(dy[atY + o]) * Double(x[atX + c])
              }
            }
          }
        }
      }
    }
  }
}

/// Numbers between others that no kernel may read, at an address of which nothing is promised but their own alignment.
final class Guarded<Element: BitwiseCopyable> {
  private let memory: UnsafeMutablePointer<Element>
  let numbers: UnsafePointer<Element>

  init(_ numbers: [Element], between poison: Element) {
    let margin = 1025
    memory = .allocate(capacity: numbers.count + 2 * margin)
    memory.initialize(repeating: poison, count: numbers.count + 2 * margin)
    (memory + margin).update(from: numbers, count: numbers.count)
    self.numbers = UnsafePointer(memory + margin)
  }

  deinit { memory.deallocate() }
}

/// Expects the sums over positions of `outputs` (positions × channels) and of their squares, as kernels make them.
func expectSums(
  _ found: [Double], of outputs: [Float], channels: Int, sourceLocation: SourceLocation = #_sourceLocation
) {
  var expected = [Double](repeating: 0, count: 2 * channels)
  for (index, value) in outputs.enumerated() {
    expected[index % channels] += Double(value)
    expected[channels + index % channels] += Double(value) * Double(value)
  }
  expectClose(
    found.map { Float($0) }, expected, tolerance: 1e-6, "sums", sourceLocation: sourceLocation)
}
