import CKernels
import Testing

@Suite struct Convolution3x3Tests {
  typealias Shape = ConvolutionShape

  static let shapes: [Shape] = {
    let sizes = [
      (1, 1), (1, 5), (3, 3), (4, 4), (8, 4), (7, 4), (5, 8), (8, 8), (6, 6), (13, 17), (16, 16), (3, 33),
    ]
    var shapes: [Shape] = []
    for (index, (height, width)) in sizes.enumerated() {
      for stride in 1...2 {
        let (input, output) = [(16, 16), (16, 48), (32, 16)][index % 3]
        shapes.append(
          Shape(
            images: index % 3 + 1, height: height, width: width, input: input, output: output, stride: stride)
        )
      }
    }
    shapes.append(Shape(images: 35, height: 4, width: 4, input: 16, output: 16, stride: 1))
    shapes.append(Shape(images: 11, height: 8, width: 8, input: 16, output: 32, stride: 2))
    shapes.append(Shape(images: 2, height: 32, width: 32, input: 16, output: 16, stride: 1))
    // As many images as are taken together and more, and blocks of every width at either edge.
    let more = [
      (4, 2, 2), (7, 3, 7), (5, 6, 14), (8, 9, 20), (4, 16, 16), (1, 12, 28), (1, 12, 12), (2, 5, 24),
      (1, 3, 3), (4, 1, 1), (4, 1, 8), (1, 32, 32),
    ]
    for (images, height, width) in more {
      for stride in 1...2 {
        shapes.append(
          Shape(images: images, height: height, width: width, input: 16, output: 32, stride: stride))
      }
    }
    shapes.append(Shape(images: 1, height: 4, width: 4, input: 512, output: 96, stride: 1))
    shapes.append(Shape(images: 4, height: 8, width: 8, input: 80, output: 512, stride: 2))
    // More images than lie side by side whose weights do not stay in the second-level cache; images side by side, and
    // alone, that are high enough to be taken in bands of which the last is lower.
    shapes.append(Shape(images: 19, height: 4, width: 4, input: 512, output: 96, stride: 1))
    shapes.append(Shape(images: 5, height: 8, width: 16, input: 128, output: 128, stride: 1))
    for stride in 1...2 {
      shapes.append(Shape(images: 4, height: 41, width: 4, input: 48, output: 16, stride: stride))
      shapes.append(Shape(images: 5, height: 67, width: 7, input: 80, output: 32, stride: stride))
      shapes.append(Shape(images: 1, height: 33, width: 33, input: 16, output: 16, stride: stride))
    }
    return shapes
  }()

  private static var hasFloat32: Bool { rk_conv3x3_supported_f32(16, 16, 1) }
  private static var hasBFloat16: Bool { rk_conv3x3_supported_bf16(16, 16, 1) }

  @Test(.enabled(if: hasFloat32, "no AVX2"), arguments: shapes)
  func float32MatchesInAllDirections(_ s: Shape) {
    let reference = ConvolutionReference(s)
    withEveryInstructionSet { _ in
      if Self.hasFloat32 { expectMatches(s, reference, Float.self, tolerance: 2e-6) }
    }
  }

  @Test(.enabled(if: hasBFloat16, "no bfloat16 instructions"), arguments: shapes)
  func bfloat16MatchesInAllDirections(_ s: Shape) {
    let reference = ConvolutionReference(s)
    withEveryInstructionSet { _ in
      if Self.hasBFloat16 { expectMatches(s, reference, UInt16.self, tolerance: 4e-3) }
    }
  }

  private func expectMatches<Element: ConvolutionElement>(
    _ s: Shape, _ r: ConvolutionReference, _ type: Element.Type, tolerance: Double
  ) {
    let poison = Element(value: .nan)
    let packedCount = Element.packedBytes(s) / MemoryLayout<Element>.stride
    var packed = [Element](repeating: poison, count: packedCount + 8)
    var y = [Element](repeating: poison, count: r.y.count + 8)
    var sums = [Double](repeating: .nan, count: 2 * s.output)
    Element.packForward(r.w, s, &packed)
    let guardedX = Guarded(r.x.map { Element(value: $0) }, between: poison)
    let guardedDY = Guarded(r.dy.map { Element(value: $0) }, between: poison)
    defer { withExtendedLifetime((guardedX, guardedDY)) {} }
    let (x, dy) = (guardedX.numbers, guardedDY.numbers)
    // All ones, which are NaN in either type, and more of them than the kernels may use.
    let (needed, beyond) = (Element.scratchBytes(s), 64)
    var scratch = [UInt8](repeating: 0xFF, count: needed + beyond)
    defer { #expect(scratch[needed...].allSatisfy { $0 == 0xFF }, "wrote beyond the scratch memory") }
    Element.forward(x, packed, &y, &sums, s, &scratch)
    var alone = [Element](repeating: poison, count: y.count)
    Element.forward(x, packed, &alone, nil, s, &scratch)
    #expect(
      zip(alone, y).allSatisfy { $0.value == $1.value || $0.value.isNaN && $1.value.isNaN }, "without sums")
    let found = y[..<r.y.count].map(\.value)
    expectClose(found, r.y, tolerance: tolerance, "forward")
    #expect(y[r.y.count...].allSatisfy { $0.value.isNaN }, "wrote beyond the output")
    expectSums(sums, of: found, channels: s.output)

    var dx = [Element](repeating: poison, count: r.dx.count + 8)
    for index in 0..<packedCount { packed[index] = poison }
    Element.packData(r.w, s, &packed)
    #expect(packed[packedCount...].allSatisfy { $0.value.isNaN }, "wrote beyond the packed weights")
    Element.dataGradient(dy, packed, &dx, s, accumulate: false, &scratch)
    expectClose(dx[..<r.dx.count].map(\.value), r.dx, tolerance: tolerance, "data gradient")
    #expect(dx[r.dx.count...].allSatisfy { $0.value.isNaN }, "wrote beyond the input's gradient")
    let before = (0..<r.dx.count + 8).map { Float($0 % 7) - 3 }
    var sum = before.map { Element(value: $0) }
    Element.dataGradient(dy, packed, &sum, s, accumulate: true, &scratch)
    let added = zip(r.dx + [Double](repeating: 0, count: 8), before).map { $0 + Double($1) }
    expectClose(sum.map(\.value), added, tolerance: tolerance, "data gradient, added")

    let count = rk_conv3x3_gradient_count(s.input, s.output)
    var native = [Float](repeating: 0, count: count) + [Float](repeating: 1, count: 8)
    defer { #expect(native[count...].allSatisfy { $0 == 1 }, "wrote beyond the weights' gradient") }
    for _ in 0..<2 { Element.weightGradient(x, dy, &native, s, &scratch) }
    var dw = [Float](repeating: 1, count: r.dw.count)
    Element.addGradient(native, s, &dw)
    expectClose(dw, r.dw.map { 2 * $0 + 1 }, tolerance: 2e-6, "weight gradient")
  }

  /// What is fetched ahead, in whatever amount and wherever it lies, changes no result.
  @Test(.enabled(if: hasFloat32, "no AVX2"), arguments: [1, 2])
  func fetchingAheadChangesNoFloat32(stride: Int) {
    withEveryInstructionSet { _ in
      guard Self.hasFloat32 else { return }
      expectFetchingChangesNothing(Float.self, stride: stride)
    }
  }

  @Test(.enabled(if: hasBFloat16, "no bfloat16 instructions"), arguments: [1, 2])
  func fetchingAheadChangesNoBFloat16(stride: Int) {
    withEveryInstructionSet { _ in
      guard Self.hasBFloat16 else { return }
      expectFetchingChangesNothing(UInt16.self, stride: stride)
    }
  }

  private func expectFetchingChangesNothing<Element: ConvolutionElement & Equatable>(
    _ type: Element.Type, stride: Int
  ) {
    let s = Shape(images: 4, height: 32, width: 32, input: 16, output: 16, stride: stride)
    let r = ConvolutionReference(s)
    let (x, dy) = (r.x.map { Element(value: $0) }, r.dy.map { Element(value: $0) })
    let none = Element(value: 0)
    var packed = [Element](repeating: none, count: Element.packedBytes(s) / MemoryLayout<Element>.stride)
    var scratch = [UInt8](repeating: 0, count: Element.scratchBytes(s))
    func results(naming ranges: Int) -> ([Element], [Element], [Float]) {
      func named() {
        rk_read_ahead_clear()
        rk_read_ahead(nil, 0)
        for _ in 0..<ranges { x.withUnsafeBytes { rk_read_ahead($0.baseAddress, $0.count) } }
      }
      defer { rk_read_ahead_clear() }
      var (y, dx) = (
        [Element](repeating: none, count: r.y.count), [Element](repeating: none, count: r.x.count)
      )
      var sums = [Double](repeating: 0, count: 2 * s.output)
      var dw = [Float](repeating: 0, count: rk_conv3x3_gradient_count(s.input, s.output))
      Element.packForward(r.w, s, &packed)
      named()
      Element.forward(x, packed, &y, &sums, s, &scratch)
      Element.packData(r.w, s, &packed)
      named()
      Element.dataGradient(dy, packed, &dx, s, accumulate: false, &scratch)
      named()
      Element.weightGradient(x, dy, &dw, s, &scratch)
      return (y, dx, dw)
    }
    let alone = results(naming: 0)
    for ranges in [1, 100] { #expect(results(naming: ranges) == alone, "\(ranges) ranges") }
  }

  @Test func onlyWhatIsClaimed() {
    defer { rk_isa_reset() }
    for (level, float32, bfloat16) in [
      (RK_ISA_PORTABLE, false, false), (RK_ISA_AVX2, true, false), (RK_ISA_AVX512, true, false),
      (RK_ISA_AVX512_BF16, true, true), (RK_ISA_AMX_BF16, true, true),
    ] where rk_isa_select(level) == level {
      #expect(rk_conv3x3_supported_f32(16, 16, 1) == float32)
      #expect(rk_conv3x3_supported_bf16(16, 16, 1) == bfloat16)
    }
    rk_isa_reset()
    for supported in [rk_conv3x3_supported_f32, rk_conv3x3_supported_bf16] {
      for channels in [0, 3, 8, 24, 528] {
        #expect(!supported(channels, 16, 1) && !supported(16, channels, 1))
      }
      #expect(!supported(16, 16, 3))
    }
  }
}

/// A type that the kernels come in.
private protocol ConvolutionElement: BitwiseCopyable {
  typealias Shape = ConvolutionShape

  init(value: Float)
  var value: Float { get }
  static func packedBytes(_ s: Shape) -> Int
  static func packForward(_ weights: [Float], _ s: Shape, _ packed: inout [Self])
  static func packData(_ weights: [Float], _ s: Shape, _ packed: inout [Self])
  static func forward(
    _ x: UnsafePointer<Self>, _ packed: [Self], _ y: inout [Self], _ sums: UnsafeMutablePointer<Double>?,
    _ s: Shape, _ scratch: inout [UInt8])
  static func dataGradient(
    _ dy: UnsafePointer<Self>, _ packed: [Self], _ dx: inout [Self], _ s: Shape, accumulate: Bool,
    _ scratch: inout [UInt8])
  static func scratchBytes(_ s: Shape) -> Int
  static func weightGradient(
    _ x: UnsafePointer<Self>, _ dy: UnsafePointer<Self>, _ gradient: inout [Float], _ s: Shape,
    _ scratch: inout [UInt8])
  static func addGradient(_ gradient: [Float], _ s: Shape, _ weights: inout [Float])
}

extension Float: ConvolutionElement {
  fileprivate init(value: Float) { self = value }
  fileprivate var value: Float { self }

  fileprivate static func packedBytes(_ s: Shape) -> Int { rk_conv3x3_packed_bytes_f32(s.input, s.output) }

  fileprivate static func packForward(_ weights: [Float], _ s: Shape, _ packed: inout [Float]) {
    rk_conv3x3_pack_forward_f32(weights, s.input, s.output, &packed)
  }

  fileprivate static func packData(_ weights: [Float], _ s: Shape, _ packed: inout [Float]) {
    rk_conv3x3_pack_data_f32(weights, s.input, s.output, s.stride, &packed)
  }

  fileprivate static func forward(
    _ x: UnsafePointer<Float>, _ packed: [Float], _ y: inout [Float], _ sums: UnsafeMutablePointer<Double>?,
    _ s: Shape, _ scratch: inout [UInt8]
  ) {
    rk_conv3x3_forward_f32(
      x, packed, &y, sums, s.images, s.height, s.width, s.input, s.output, s.stride, &scratch)
  }

  fileprivate static func dataGradient(
    _ dy: UnsafePointer<Float>, _ packed: [Float], _ dx: inout [Float], _ s: Shape, accumulate: Bool,
    _ scratch: inout [UInt8]
  ) {
    rk_conv3x3_data_gradient_f32(
      dy, packed, &dx, accumulate, s.images, s.height, s.width, s.input, s.output, s.stride, &scratch)
  }

  fileprivate static func scratchBytes(_ s: Shape) -> Int {
    rk_conv3x3_scratch_bytes_f32(s.images, s.height, s.width, s.input, s.output, s.stride)
  }

  fileprivate static func weightGradient(
    _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ gradient: inout [Float], _ s: Shape,
    _ scratch: inout [UInt8]
  ) {
    rk_conv3x3_weight_gradient_f32(
      x, dy, &gradient, s.images, s.height, s.width, s.input, s.output, s.stride, &scratch)
  }

  fileprivate static func addGradient(_ gradient: [Float], _ s: Shape, _ weights: inout [Float]) {
    rk_conv3x3_add_gradient_f32(gradient, s.input, s.output, &weights)
  }
}

extension UInt16: ConvolutionElement {
  fileprivate init(value: Float) { self = bf16(value) }
  fileprivate var value: Float { float(self) }

  fileprivate static func packedBytes(_ s: Shape) -> Int { rk_conv3x3_packed_bytes_bf16(s.input, s.output) }

  fileprivate static func packForward(_ weights: [Float], _ s: Shape, _ packed: inout [UInt16]) {
    rk_conv3x3_pack_forward_bf16(weights, s.input, s.output, &packed)
  }

  fileprivate static func packData(_ weights: [Float], _ s: Shape, _ packed: inout [UInt16]) {
    rk_conv3x3_pack_data_bf16(weights, s.input, s.output, s.stride, &packed)
  }

  fileprivate static func forward(
    _ x: UnsafePointer<UInt16>, _ packed: [UInt16], _ y: inout [UInt16],
    _ sums: UnsafeMutablePointer<Double>?, _ s: Shape, _ scratch: inout [UInt8]
  ) {
    rk_conv3x3_forward_bf16(
      x, packed, &y, sums, s.images, s.height, s.width, s.input, s.output, s.stride, &scratch)
  }

  fileprivate static func dataGradient(
    _ dy: UnsafePointer<UInt16>, _ packed: [UInt16], _ dx: inout [UInt16], _ s: Shape, accumulate: Bool,
    _ scratch: inout [UInt8]
  ) {
    rk_conv3x3_data_gradient_bf16(
      dy, packed, &dx, accumulate, s.images, s.height, s.width, s.input, s.output, s.stride, &scratch)
  }

  fileprivate static func scratchBytes(_ s: Shape) -> Int {
    rk_conv3x3_scratch_bytes_bf16(s.images, s.height, s.width, s.input, s.output, s.stride)
  }

  fileprivate static func weightGradient(
    _ x: UnsafePointer<UInt16>, _ dy: UnsafePointer<UInt16>, _ gradient: inout [Float], _ s: Shape,
    _ scratch: inout [UInt8]
  ) {
    rk_conv3x3_weight_gradient_bf16(
      x, dy, &gradient, s.images, s.height, s.width, s.input, s.output, s.stride, &scratch)
  }

  fileprivate static func addGradient(_ gradient: [Float], _ s: Shape, _ weights: inout [Float]) {
    rk_conv3x3_add_gradient_bf16(gradient, s.input, s.output, &weights)
  }
}
