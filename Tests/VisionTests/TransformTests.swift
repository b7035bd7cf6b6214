import CKernels
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Vision

/// The largest difference of two lists of numbers; infinite when they differ in length.
func difference(_ a: [Float], _ b: [Float]) -> Float {
  a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
}

/// Transforms against torchvision's results, and their laws.
@Suite struct TransformTests {
  /// Applies `change` to the image in `bytes` and returns the planes.
  func planes(
    of bytes: [UInt8], side: Int = 32, _ change: (inout Sample) -> Void
  ) -> (planes: [Float], geometry: CropGeometry) {
    let memory = SampleMemory(height: side, width: side, viewHeight: 64, viewWidth: 64)
    return bytes.withUnsafeBufferPointer { bytes in
      var sample = Sample(bytes: bytes.baseAddress!, height: side, width: side, memory: memory)
      change(&sample)
      let count = 3 * sample.pixels
      let finished = sample.finished()
      return (Array(UnsafeBufferPointer(start: finished, count: count)), sample.geometry)
    }
  }

  /// The fixture's image, whose values are multiples of 1/255.
  func image(_ fixture: Fixture) -> [UInt8] {
    fixture.planes("image").map { UInt8(($0 * 255).rounded()) }
  }

  @Test func cropsMatchTorchvision() throws {
    let fixture = try Fixture("resized_crop")
    let image = image(fixture)
    #expect((0..<10).count { fixture.integers("case.\($0).box")[6] == 1 } == 2)
    for number in 0..<10 {
      let box = fixture.integers("case.\(number).box")
      let isCubic = box[6] == 1
      let result = planes(of: image) {
        $0.crop(
          top: box[0], left: box[1], boxHeight: box[2], boxWidth: box[3], toHeight: box[4], width: box[5],
          interpolation: isCubic ? .bicubic : .bilinear)
      }
      // A cubic overshoots; torchvision's tensors keep that, ours are images.
      let expected = fixture.planes("case.\(number).output").map { min(1, max(0, $0)) }
      #expect(difference(result.planes, expected) < 2e-5, "case \(number)")
    }
  }

  @Test func aWholeImageOfItsOwnSizeStaysAsItIs() throws {
    let image = image(try Fixture("resized_crop"))
    for interpolation in [Interpolation.bilinear, .bicubic] {
      let result = planes(of: image) {
        $0.crop(
          top: 0, left: 0, boxHeight: 32, boxWidth: 32, toHeight: 32, width: 32, interpolation: interpolation)
      }
      #expect(difference(result.planes, image.map { Float($0) / 255 }) < 1e-6, "\(interpolation)")
    }
  }

  @Test func aRandomCropUsesItsInterpolation() throws {
    let image = image(try Fixture("resized_crop"))
    func view(_ interpolation: Interpolation) -> [Float] {
      planes(of: image) { sample in
        var random = Random(seed: 3, stream: "test")
        RandomResizedCrop(to: 32, area: 0.1...0.3, interpolation: interpolation)
          .apply(to: &sample, using: &random)
      }.planes
    }
    let apart = difference(view(.bilinear), view(.bicubic))
    #expect(apart > 1e-3 && apart < 0.5, "equal draws, the same box, other weights: apart by \(apart)")
  }

  @Test func aCropOfNothingButTheWholeImageIsTheImage() throws {
    let image = image(try Fixture("resized_crop"))
    for seed in 0..<20 as Range<UInt64> {
      let result = planes(of: image) { sample in
        var random = Random(seed: seed, stream: "test")
        RandomResizedCrop(to: 32, area: 1...1, interpolation: .bicubic).apply(to: &sample, using: &random)
      }
      #expect(result.geometry == CropGeometry(top: 0, left: 0, height: 32, width: 32))
    }
  }

  @Test func colorsMatchTorchvision() throws {
    let fixture = try Fixture("color_jitter")
    let image = image(fixture)
    let cases: [(String, (UnsafeMutablePointer<Float>, Int) -> Void)] = [
      ("brightness.0.6", { rk_adjust_brightness($0, $1, 0.6) }),
      ("brightness.1.4", { rk_adjust_brightness($0, $1, 1.4) }),
      ("contrast.0.6", { rk_adjust_contrast($0, $1, 0.6) }),
      ("contrast.1.4", { rk_adjust_contrast($0, $1, 1.4) }),
      ("saturation.0.6", { rk_adjust_saturation($0, $1, 0.6) }),
      ("saturation.1.4", { rk_adjust_saturation($0, $1, 1.4) }),
      ("hue.-0.1", { rk_adjust_hue($0, $1, -0.1) }),
      ("hue.0.07", { rk_adjust_hue($0, $1, 0.07) }),
      ("grayscale", { rk_grayscale($0, $1) }),
    ]
    for (name, change) in cases {
      let result = planes(of: image) { $0.withPlanes { change($0.baseAddress!, $0.count / 3) } }
      #expect(difference(result.planes, fixture.planes(name)) < 2e-5, "\(name)")
    }
  }

  @Test func flipMatchesTorchvision() throws {
    let fixture = try Fixture("color_jitter")
    let expected = fixture.planes("horizontal_flip")
    let late = planes(of: image(fixture)) {
      $0.withPlanes { _ in }
      $0.flip()
    }
    #expect(difference(late.planes, expected) < 1e-6)
    let early = planes(of: image(fixture)) { $0.flip() }
    #expect(late.planes == early.planes && late.geometry == early.geometry && late.geometry.isFlipped)
  }

  @Test(arguments: [(3, Float(0.5)), (5, 1.5)]) func blurMatchesTorchvision(size: Int, sigma: Float) throws {
    let fixture = try Fixture("color_jitter")
    let result = planes(of: image(fixture)) { $0.blur(size: size, sigma: sigma) }
    #expect(difference(result.planes, fixture.planes("gaussian_blur.\(size).\(sigma)")) < 2e-5)
  }

  @Test func jitterAppliesItsFactorsInTheDrawnOrder() throws {
    let fixture = try Fixture("color_jitter")
    let jitter = ColorJitter(brightness: 0.4, contrast: 0.3, saturation: 0.2, hue: 0.1)
    var orders: Set<[Int]> = []
    for index in 0..<200 {
      var random = Random(seed: 3, stream: "test", index: index)
      let result = planes(of: image(fixture)) { jitter.apply(to: &$0, using: &random) }
      var twin = Random(seed: 3, stream: "test", index: index)
      _ = twin.uniform()
      let order = JitterOracle.order(using: &twin)
      let factors = [
        twin.uniform(in: 0.6...1.4), twin.uniform(in: 0.7...1.3), twin.uniform(in: 0.8...1.2),
        twin.uniform(in: -0.1...0.1),
      ]
      let expected = JitterOracle.apply(order, factors, to: fixture.planes("image"))
      #expect(difference(result.planes, expected) < 1e-4, "index \(index)")
      #expect(twin.next() == random.next(), "the number of draws differs")
      orders.insert(order)
    }
    #expect(orders.count == 24)
  }

  @Test func probabilitiesAreKept() {
    let gray = [UInt8](repeating: 10, count: 1_024) + [UInt8](repeating: 200, count: 2_048)
    var random = Random(seed: 1, stream: "test")
    var changed = 0
    for _ in 0..<2_000 {
      let before = planes(of: gray) { _ in }.planes
      let after = planes(of: gray) { Grayscale(probability: 0.2).apply(to: &$0, using: &random) }.planes
      if before != after { changed += 1 }
    }
    #expect(abs(changed - 400) < 70, "\(changed) of 2000 at probability 0.2")
  }

  @Test func solarizingInvertsBrightValues() {
    let image = (0..<3 * 16).map { UInt8(5 * $0) }
    var random = Random(seed: 1, stream: "test")
    let result = planes(of: image, side: 4) { Solarize(probability: 1).apply(to: &$0, using: &random) }
    let expected = image.map { Float($0 >= 128 ? 255 - $0 : $0) / 255 }
    #expect(difference(result.planes, expected) < 1e-6)
    let never = planes(of: image, side: 4) { Solarize(probability: 0).apply(to: &$0, using: &random) }
    #expect(difference(never.planes, image.map { Float($0) / 255 }) < 1e-6)
  }

  @Test func boxesKeepAreaRatioAndBounds() {
    let crop = RandomResizedCrop(to: 32, area: 0.2...1)
    var random = Random(seed: 5, stream: "test")
    var areas: [Float] = []
    for _ in 0..<5_000 {
      let box = crop.box(height: 32, width: 32, using: &random)
      #expect(box.top >= 0 && box.left >= 0 && box.top + box.height <= 32 && box.left + box.width <= 32)
      let (area, ratio) = (Float(box.height * box.width) / 1_024, Float(box.width) / Float(box.height))
      #expect(area > 0.17 && area <= 1 && ratio > 0.69 && ratio < 1.45, "area \(area), ratio \(ratio)")
      areas.append(area)
    }
    let mean = areas.reduce(0, +) / 5_000
    #expect(abs(mean - 0.58) < 0.03, "mean area \(mean)")
  }

  @Test func impossibleBoxesFallBackToTheCentre() {
    let crop = RandomResizedCrop(to: 8, area: 1...1, ratio: 3 / 4...4 / 3)
    var random = Random(seed: 5, stream: "test")
    let wide = crop.box(height: 10, width: 100, using: &random)
    #expect(wide == (0, 43, 10, 13))
    let tall = crop.box(height: 100, width: 9, using: &random)
    #expect(tall == (44, 0, 12, 9))
  }

  @Test func paddedCropShiftsAndBlackens() {
    let image = (0..<3 * 16).map { UInt8($0 + 1) }
    let result = planes(of: image, side: 4) { $0.cropPadded(top: -1, left: 2, toHeight: 4, width: 4) }
    for channel in 0..<3 {
      for row in 0..<4 {
        for column in 0..<4 {
          let (y, x) = (row - 1, column + 2)
          let expected = y >= 0 && x < 4 ? Float(image[channel * 16 + y * 4 + x]) / 255 : 0
          #expect(abs(result.planes[channel * 16 + row * 4 + column] - expected) < 1e-6)
        }
      }
    }
    #expect(result.geometry == CropGeometry(top: -1, left: 2, height: 4, width: 4))
  }

  @Test func aFlipBeforeACropIsACropOfTheMirrorImage() {
    let image: [UInt8] = (0..<192).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    let mirror: [UInt8] = (0..<24).flatMap { row in image[8 * row..<8 * row + 8].reversed() }
    let flipped = planes(of: image, side: 8) {
      $0.flip()
      $0.crop(top: 1, left: 2, boxHeight: 5, boxWidth: 4, toHeight: 8, width: 8)
    }
    let expected = planes(of: mirror, side: 8) {
      $0.crop(top: 1, left: 2, boxHeight: 5, boxWidth: 4, toHeight: 8, width: 8)
    }
    #expect(difference(flipped.planes, expected.planes) < 1e-5)
    #expect(flipped.geometry == CropGeometry(top: 1, left: 2, height: 5, width: 4, isFlipped: true))
    let padded = planes(of: image, side: 8) {
      $0.flip()
      $0.cropPadded(top: -2, left: 3, toHeight: 8, width: 8)
    }
    let paddedMirror = planes(of: mirror, side: 8) { $0.cropPadded(top: -2, left: 3, toHeight: 8, width: 8) }
    #expect(padded.planes == paddedMirror.planes)
  }
}

/// ColorJitter in plain loops, from torchvision's documentation of its formulas.
enum JitterOracle {
  static func order(using random: inout Random) -> [Int] {
    var order = [0, 1, 2, 3]
    for last in [3, 2, 1] { order.swapAt(last, random.integer(below: last + 1)) }
    return order
  }

  static func apply(_ order: [Int], _ factors: [Float], to planes: [Float]) -> [Float] {
    let count = planes.count / 3
    var pixels = (0..<count).map {
      [Double(planes[$0]), Double(planes[count + $0]), Double(planes[2 * count + $0])]
    }
    func gray(_ p: [Double]) -> Double { 0.2989 * p[0] + 0.587 * p[1] + 0.114 * p[2] }
    func blend(_ a: Double, _ b: Double, _ factor: Double) -> Double {
      min(max(factor * a + (1 - factor) * b, 0), 1)
    }
    for step in order {
      let factor = Double(factors[step])
      switch step {
      case 0: pixels = pixels.map { $0.map { blend($0, 0, factor) } }
      case 1:
        let mean = pixels.map(gray).reduce(0, +) / Double(count)
        pixels = pixels.map { $0.map { blend($0, mean, factor) } }
      case 2: pixels = pixels.map { p in p.map { blend($0, gray(p), factor) } }
      default: pixels = pixels.map { turned($0, by: factor) }
      }
    }
    return (0..<3 * count).map { Float(pixels[$0 % count][$0 / count]) }
  }

  /// RGB → HSV, hue + shift, HSV → RGB.
  private static func turned(_ p: [Double], by shift: Double) -> [Double] {
    let (largest, smallest) = (p.max()!, p.min()!)
    let range = largest - smallest
    guard range > 0 else { return p }
    var sector =
      largest == p[0]
      ? (p[1] - p[2]) / range
      : largest == p[1] ? 2 + (p[2] - p[0]) / range : 4 + (p[0] - p[1]) / range
    sector += 6 * shift
    sector -= 6 * (sector / 6).rounded(.down)
    // Each colour falls from its own direction on the circle of six sectors.
    return [0.0, 2, 4].map { own in
      let distance = min(abs(sector - own), 6 - abs(sector - own))
      return smallest + range * min(max(2 - distance, 0), 1)
    }
  }
}
