/// A convolution by kernels of our own: one function makes the output, with sums or without, and one the gradient with
/// respect to the activation, written or added.
protocol OwnConvolution: ConvolutionKernel {
  var direction: ConvolutionKernelKey.Direction { get }
  /// Makes y, and unless `sums` is `nil` the sums over positions of y and of its squares per channel.
  func forward(
    _ x: UnsafeRawPointer, _ packed: UnsafeRawPointer, _ y: UnsafeMutableRawPointer,
    _ sums: UnsafeMutablePointer<Double>?, _ scratch: UnsafeMutableRawPointer)
  /// Writes dx, or adds it to what is there; traps where there are no such kernels.
  func dataGradient(
    _ dy: UnsafeRawPointer, _ packed: UnsafeRawPointer, _ dx: UnsafeMutableRawPointer, accumulate: Bool,
    _ scratch: UnsafeMutableRawPointer)
}

extension OwnConvolution {
  var addsDataGradients: Bool { direction == .data }

  func apply(
    _ input: UnsafeRawPointer, _ packed: UnsafeRawPointer, into output: UnsafeMutableRawPointer,
    scratch: UnsafeMutableRawPointer
  ) {
    if direction == .forward {
      forward(input, packed, output, nil, scratch)
    } else {
      dataGradient(input, packed, output, accumulate: false, scratch)
    }
  }

  func apply(
    _ input: UnsafeRawPointer, _ packed: UnsafeRawPointer, into output: UnsafeMutableRawPointer,
    sums: UnsafeMutablePointer<Double>, scratch: UnsafeMutableRawPointer
  ) {
    forward(input, packed, output, sums, scratch)
  }

  func apply(
    _ outputGradient: UnsafeRawPointer, _ packed: UnsafeRawPointer,
    addingTo gradient: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer
  ) {
    dataGradient(outputGradient, packed, gradient, accumulate: true, scratch)
  }

  func dataGradient(
    _ dy: UnsafeRawPointer, _ packed: UnsafeRawPointer, _ dx: UnsafeMutableRawPointer, accumulate: Bool,
    _ scratch: UnsafeMutableRawPointer
  ) { preconditionFailure("\(self) has no data gradient") }
}
