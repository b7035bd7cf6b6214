extension Tensor {
  /// The convolution of images (N × H × W × I) with `weight` (O × I × kernel height × kernel width): N × H' × W' × O,
  /// H' = (H + 2 padding − kernel height) / stride + 1.
  ///
  /// In the images' data type; the weights are packed, and rounded where that is bfloat16, once per version.
  public func convolved(with weight: Parameter, stride: Int = 1, padding: Int = 0) -> Tensor {
    let geometry = ConvolutionGeometry(input: shape, weight: weight.shape, stride: stride, padding: padding)
    let (x, w) = (constant, weight.value)
    let (wantsInput, wantsWeight) = (isRecorded, w.isRecorded)
    return Convolution.forward(x, weight, geometry).recorded(from: self, w) { dy in
      [
        wantsInput ? Convolution.dataGradient(dy, weight, geometry) : nil,
        wantsWeight ? Convolution.weightGradient(x, dy, geometry) : nil,
      ]
    }
  }
}
