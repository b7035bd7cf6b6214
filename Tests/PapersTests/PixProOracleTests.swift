import NeuralNetworks
import TestSupport
import Testing
import Vision

@testable import PixProPaper
@testable import Tensors

@Suite struct PixProOracleTests {
  private let whole = ViewBox(x0: 0, y0: 0, x1: 1, y1: 1)

  /// Boxes of random crops of images of 37 × 60 pixels, half of them mirrored.
  static func boxes(_ count: Int, seed: UInt64) -> [ViewBox] {
    (0..<count).map { index in
      var random = Random(seed: seed, stream: "boxes", index: index)
      let height = 12 + random.integer(below: 25)
      let width = 12 + random.integer(below: 48)
      let top = random.integer(below: 38 - height)
      let left = random.integer(below: 61 - width)
      return CropGeometry(
        top: Float(top), left: Float(left), height: Float(height), width: Float(width),
        isFlipped: random.happens(withProbability: 0.5)
      ).box(imageHeight: 37, imageWidth: 60)
    }
  }

  /// Two pairs of views of which some pixels show the same place and some do not, one of them mirrored.
  static let overlapping = (
    first: [ViewBox(x0: 0, y0: 0, x1: 1, y1: 1), ViewBox(x0: 0, y0: 0, x1: 0.8, y1: 0.9)],
    second: [ViewBox(x0: 0.2, y0: 0.1, x1: 1, y1: 1), ViewBox(x0: 1, y0: 0.1, x1: 0.1, y1: 0.8)]
  )

  private func marks(_ pairs: PositivePairs) -> [[[Double]]] { PixProOracle.pixels(pairs.mask) }

  // MARK: Geometry

  @Test(arguments: [1, 3, 6, 8], [0.35, 0.7, 2.8] as [Float])
  func pairsAreThoseOfTheLoops(side: Int, threshold: Float) {
    let (a, b) = (Self.boxes(40, seed: 1), Self.boxes(40, seed: 2))
    let pairs = PositivePairs(a, b, side: side, within: threshold)
    var (close, count) = (0, 0)
    for (image, marks) in marks(pairs).enumerated() {
      let distances = PixProOracle.distances(a[image], b[image], side: side)
      for (row, distance) in zip(marks, distances) {
        for (mark, d) in zip(row, distance) {
          // Within rounding of the threshold either is right.
          if abs(d - Double(threshold)) < 1e-5 {
            close += 1
          } else {
            #expect(mark == (d < Double(threshold) ? 1 : 0))
          }
          count += Int(mark)
        }
      }
      #expect(pairs.counts[image] == Float(marks.joined().reduce(0, +)))
    }
    #expect(close < 5 && count > 10)
    #expect(Set(a.map { $0.x0 > $0.x1 }).count == 2, "both mirrored views and others")
  }

  @Test func equalCropsPairEveryPixelWithItselfAloneWhereBinsAreSquare() {
    // Neighbours of a square bin are 1/√2 of its diagonal away.
    let square = PositivePairs([whole], [whole], side: 5, within: 0.7)
    #expect(
      marks(square)[0].enumerated().allSatisfy { p, row in
        row.enumerated().allSatisfy { $1 == ($0 == p ? 1 : 0) }
      })
    // Of a 4:3 bin the neighbours along the short side are .6 of the diagonal away, those along the long one .8.
    let wide = ViewBox(x0: 0, y0: 0, x1: 0.8, y1: 0.6)
    let pairs = PositivePairs([wide], [wide], side: 8, within: 0.7)
    #expect(pairs.pairsPerPixel == 2.75, "two neighbours but at the edges: 3 − 2/8")
    let (pixel, below, beside) = (3 * 8 + 3, 4 * 8 + 3, 3 * 8 + 4)
    #expect(marks(pairs)[0][pixel][below] == 1 && marks(pairs)[0][pixel][beside] == 0)
  }

  @Test func aMirroredViewIsPairedFromRightToLeft() {
    let mirrored = ViewBox(x0: 1, y0: 0, x1: 0, y1: 1)
    let side = 4
    let pairs = marks(PositivePairs([whole], [mirrored], side: side, within: 0.7))[0]
    for row in 0..<side {
      for column in 0..<side {
        let partners = pairs[row * side + column].indices.filter { pairs[row * side + column][$0] == 1 }
        #expect(partners == [row * side + side - 1 - column])
      }
    }
    // Two mirrored views are paired as two others.
    let both = PositivePairs([mirrored], [mirrored], side: side, within: 0.7)
    #expect(both.mask.floats == PositivePairs([whole], [whole], side: side, within: 0.7).mask.floats)
  }

  @Test func viewsWithoutACommonPlaceHaveNoPair() {
    let (left, right) = (
      ViewBox(x0: 0, y0: 0, x1: 0.4, y1: 1), ViewBox(x0: 1, y0: 0, x1: 0.6, y1: 1)
    )
    let pairs = PositivePairs([left, left], [right, left], side: 4, within: 0.7)
    #expect(pairs.counts[0] == 0 && pairs.counts[1] > 0)
    #expect(pairs.pairlessPart == 0.5)
    #expect(pairs.mask.rows(0..<1).floats.allSatisfy { $0 == 0 })
  }

  @Test func theLargerBinMeasuresTheDistance() {
    // A view of the middle ninth: all its bins lie within .7 diagonals of the middle bin of the whole image.
    let middle = ViewBox(x0: 1 / 3, y0: 1 / 3, x1: 2 / 3, y1: 2 / 3)
    let pairs = marks(PositivePairs([whole], [middle], side: 3, within: 0.7))[0]
    #expect(pairs[4].allSatisfy { $0 == 1 })
    #expect(pairs[0] == [1, 0, 0, 0, 0, 0, 0, 0, 0], "of the corner only the nearest does")
    let backwards = marks(PositivePairs([middle], [whole], side: 3, within: 0.7))[0]
    for p in 0..<9 { for q in 0..<9 { #expect(pairs[p][q] == backwards[q][p]) } }
  }

  // MARK: Propagation

  @Test(arguments: [0, 1], [1, 2, 4]) func propagationIsThatOfTheLoops(layers: Int, sharpness: Int) {
    var random = Random(seed: 1, stream: "weights")
    let module = PixelPropagation(6, layers: layers, sharpness: sharpness, using: &random)
    let x = randomTensor([3, 9, 6], seed: 4)
    let linear = module.transform.children.first as? Linear
    func h(_ pixel: [Double]) -> [Double] {
      guard let linear else { return pixel }
      let (w, b) = (linear.weight.constant.floats.map(Double.init), linear.bias!.constant.floats)
      return PixProOracle.linear(pixel, w, b.map(Double.init))
    }
    let expected = PixProOracle.pixels(x).map { PixProOracle.propagated($0, sharpness: sharpness, h) }
    expectClose(module(x).floats, expected.joined().joined().map(Float.init), relative: 1e-5)
    #expect((linear != nil) == (layers == 1))
  }

  @Test func unlikePixelsAreNotMixed() {
    // Opposite and orthogonal pixels have similarity 0, so that each stays with its own direction.
    let x = Tensor([1, 0, 0, 2, -3, 0], shape: [1, 3, 2])
    var random = Random(seed: 1, stream: "weights")
    let module = PixelPropagation(2, layers: 0, sharpness: 2, using: &random)
    expectClose(module(x).normalized().floats, [1, 0, 0, 1, -1, 0], relative: 1e-6)
  }

  // MARK: Losses

  @Test func lossesAreThoseOfTheLoops() {
    let (a, b) = (Self.boxes(7, seed: 5), Self.boxes(7, seed: 6))
    let pairs = PositivePairs(a, b, side: 4, within: 0.7)
    let (y, k) = (randomTensor([7, 16, 5], seed: 7), randomTensor([7, 16, 5], seed: 8))
    let mask = marks(pairs)
    let (alike, expected) = (
      Double(pixelConsistency(y.normalized(), k.normalized(), over: pairs).item),
      PixProOracle.consistency(PixProOracle.pixels(y), PixProOracle.pixels(k), mask)
    )
    #expect(abs(alike - expected) < 1e-6, "\(alike), not \(expected)")
    for τ in [0.3, 0.05] {
      let loss = Double(
        pixelContrast(y.normalized(), k.normalized(), over: pairs, temperature: Float(τ)).item)
      let expected = PixProOracle.contrast(
        PixProOracle.pixels(y), PixProOracle.pixels(k), mask, temperature: τ)
      #expect(abs(loss - expected) < 1e-5 * expected, "\(loss), not \(expected)")
    }
    #expect(pairs.counts.contains(0) && pairs.countsOfPixels.floats.contains(0), "some pixels have no pair")
  }

  @Test func anImageWithoutPairsCountsInTheMean() {
    let half = ViewBox(x0: 0, y0: 0, x1: 0.4, y1: 1)
    let other = ViewBox(x0: 0.6, y0: 0, x1: 1, y1: 1)
    let k = randomTensor([2, 9, 4], seed: 9).normalized()
    let both = PositivePairs([half, half], [half, other], side: 3, within: 0.3)
    // Equal pixels: 1 for the image with pairs, 0 for the other.
    #expect(abs(pixelConsistency(k, k, over: both).item - 0.5) < 1e-5)
    let none = PositivePairs([half, half], [other, other], side: 3, within: 0.3)
    #expect(pixelConsistency(k, k, over: none).item == 0)
    #expect(pixelContrast(k, k, over: none, temperature: 0.3).item == 0)
  }

  @Test func everyPixelThatTakesPartHasItsGradient() {
    let pairs = PositivePairs(Self.overlapping.first, Self.overlapping.second, side: 2, within: 0.7)
    #expect(pairs.counts.allSatisfy { (4..<16).contains($0) })
    let k = randomTensor([2, 4, 3], seed: 13).normalized()
    expectGradients(shapes: [[2, 4, 3]]) {
      pixelConsistency($0[0].value.normalized(), k, over: pairs)
    }
    expectGradients(shapes: [[2, 4, 3]]) {
      pixelContrast($0[0].value.normalized(), k, over: pairs, temperature: 0.3)
    }
    var random = Random(seed: 1, stream: "weights")
    let weights = randomTensor([2, 4, 3], seed: 14)
    for sharpness in [1, 2, 3] {
      let module = PixelPropagation(3, layers: 0, sharpness: sharpness, using: &random)
      expectGradients(shapes: [[2, 4, 3]], step: 2e-3, tolerance: 8e-3) {
        (module($0[0].value).normalized() * weights).sum()
      }
    }
  }

  // MARK: PyTorch

  @Test func pairsMatchPyTorch() throws {
    let fixture = try Fixture("pixpro")
    let boxes = (0..<2).map { view in
      let crops = fixture.tensor("crops.\(view)").floats
      return stride(from: 0, to: crops.count, by: 5).map { at in
        CropGeometry(
          top: crops[at], left: crops[at + 1], height: crops[at + 2], width: crops[at + 3],
          isFlipped: crops[at + 4] == 1
        ).box(imageHeight: 30, imageWidth: 50)
      }
    }
    for view in 0..<2 {
      expectClose(
        boxes[view].flatMap { [$0.x0, $0.y0, $0.x1, $0.y1] }, fixture.tensor("boxes.\(view)").floats,
        relative: 1e-6, "boxes")
    }
    let pairs = PositivePairs(boxes[0], boxes[1], side: 4, within: 0.7)
    #expect(pairs.mask.floats == fixture.tensor("pairs").floats)
  }

  @Test func lossesAndAllGradientsMatchPyTorch() throws {
    let fixture = try Fixture("pixpro")
    var random = Random(seed: 0, stream: "weights")
    let module = PixelPropagation(6, layers: 1, sharpness: 2, using: &random)
    let h = try #require(module.transform.children[0] as? Linear)
    h.weight.update { $0 = fixture.tensor("weight") }
    h.bias!.update { $0 = fixture.tensor("bias") }
    let x = (0..<2).map { Parameter(fixture.tensor("x.\($0)")) }
    let k = (0..<2).map { fixture.tensor("k.\($0)").normalized() }
    let pairs = PositivePairs(marking: fixture.tensor("mask"))
    expectClose(module(x[0].constant).floats, fixture.tensor("propagated.0").floats, relative: 1e-5)
    let named = [("x.0", x[0]), ("x.1", x[1]), ("weight", h.weight), ("bias", h.bias!)]
    let (loss, gradients) = withGradients(of: named.map(\.1)) {
      let y = x.map { module($0.value).normalized() }
      return Loss(
        -2 * pixelConsistency(y[0], k[1], over: pairs)
          - 2 * pixelConsistency(y[1], k[0], over: pairs.transposed))
    }
    #expect(abs(Double(loss.total.item) - fixture.scalar("consistency")) < 2e-6)
    for (name, parameter) in named {
      expectClose(
        gradients[parameter]!.floats, fixture.tensor("consistency.gradient.\(name)").floats, relative: 2e-5,
        name)
    }
    let (contrast, slopes) = withGradients(of: [x[0]]) {
      Loss(pixelContrast(x[0].value.normalized(), k[1], over: pairs, temperature: 0.3))
    }
    #expect(abs(Double(contrast.total.item) - fixture.scalar("contrast")) < 2e-6)
    expectClose(
      slopes[x[0]]!.floats, fixture.tensor("contrast.gradient.x.0").floats, relative: 2e-5, "contrast")
  }
}

extension PositivePairs {
  /// The same pairs seen from the second view.
  var transposed: PositivePairs {
    let (images, pixels, marks) = (mask.shape[0], mask.shape[1], mask.floats)
    let turned = (0..<images).flatMap { image in
      (0..<pixels).flatMap { q in (0..<pixels).map { p in marks[(image * pixels + p) * pixels + q] } }
    }
    return PositivePairs(marking: Tensor(turned, shape: mask.shape))
  }
}
