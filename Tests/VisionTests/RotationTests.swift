import Foundation
import Tensors
import TestSupport
import Testing

@testable import Vision

/// Turns of an image: exact where they are quarters, about the centre where not, and shared draws before them.
@Suite struct RotationTests {
  let side = 10

  /// Three planes of different numbers.
  func image(_ side: Int, seed: UInt64 = 1) -> [UInt8] {
    var random = Random(seed: seed, stream: "image")
    return (0..<3 * side * side).map { _ in UInt8(random.integer(below: 256)) }
  }

  func turned(_ bytes: [UInt8], side: Int, by eighths: [Int], masks: Bool = false) -> [Float] {
    let memory = SampleMemory(height: side, width: side, viewHeight: side, viewWidth: side)
    return bytes.withUnsafeBufferPointer { bytes in
      var sample = Sample(bytes: bytes.baseAddress!, height: side, width: side, memory: memory)
      var random = Random(seed: 0, stream: "unused")
      for turn in eighths { Rotation(eighths: turn, masksCorners: masks).apply(to: &sample, using: &random) }
      #expect(random.next() == firstOfUnused, "a rotation draws nothing")
      let count = 3 * sample.pixels
      return Array(UnsafeBufferPointer(start: sample.finished(), count: count))
    }
  }

  var firstOfUnused: UInt64 {
    var random = Random(seed: 0, stream: "unused")
    return random.next()
  }

  @Test(arguments: [4, 7, 32]) func quarterTurnsAreThePapersPermutations(side: Int) {
    let image = image(side)
    let x = turned(image, side: side, by: [])
    let last = side - 1
    let places: [(Int, (Int, Int) -> (Int, Int))] = [
      (0, { i, j in (i, j) }), (2, { i, j in (j, last - i) }), (4, { i, j in (last - i, last - j) }),
      (6, { i, j in (last - j, i) }),
    ]
    for (eighths, source) in places {
      let result = turned(image, side: side, by: [eighths])
      for channel in 0..<3 {
        for i in 0..<side {
          let sources = (0..<side).map { source(i, $0) }
          #expect(
            Array(result[(channel * side + i) * side..<(channel * side + i + 1) * side])
              == sources.map { x[(channel * side + $0.0) * side + $0.1] }, "\(eighths) eighths, row \(i)")
        }
      }
    }
  }

  @Test func quartersComposeToTheIdentity() {
    let image = image(side)
    let original = turned(image, side: side, by: [])
    #expect(turned(image, side: side, by: [2, 2, 2, 2]) == original)
    #expect(turned(image, side: side, by: [2, 6]) == original)
    #expect(turned(image, side: side, by: [4, 4]) == original)
    #expect(turned(image, side: side, by: [2, 2]) == turned(image, side: side, by: [4]))
    #expect(turned(image, side: side, by: [2, 4]) == turned(image, side: side, by: [6]))
    #expect(Set([0, 2, 4, 6].map { turned(image, side: side, by: [$0]) }).count == 4)
  }

  @Test func anOddTurnIsOneEighthAndQuarters() {
    let image = image(side)
    let eighth = turned(image, side: side, by: [1], masks: true)
    for (turn, quarters) in [(3, 2), (5, 4), (7, 6)] {
      let steps = turned(image, side: side, by: [1, quarters], masks: true)
      #expect(turned(image, side: side, by: [turn], masks: true) == steps)
      #expect(steps != eighth)
    }
  }

  /// Counter-clockwise by 45° about the centre, bilinear, in double precision from the definition of a rotation.
  @Test(arguments: [9, 16]) func anEighthIsARotationByItsAngle(side: Int) {
    let image = image(side)
    let result = turned(image, side: side, by: [1])
    let (center, angle) = (Double(side - 1) / 2, Double.pi / 4)
    func pixel(_ channel: Int, _ row: Int, _ column: Int) -> Double {
      let (row, column) = (min(max(row, 0), side - 1), min(max(column, 0), side - 1))
      return Double(image[(channel * side + row) * side + column]) / 255
    }
    for i in 0..<side {
      for j in 0..<side where hypot(Double(i) - center, Double(j) - center) <= Double(side) / 2 {
        // What lands at (right, up) came from there turned back by the angle.
        let (right, up) = (Double(j) - center, center - Double(i))
        let fromRight = right * cos(angle) + up * sin(angle)
        let fromUp = -right * sin(angle) + up * cos(angle)
        let (row, column) = (center - fromUp, center + fromRight)
        let (top, left) = (Int(row.rounded(.down)), Int(column.rounded(.down)))
        let (down, across) = (row - Double(top), column - Double(left))
        let expected =
          (1 - down) * ((1 - across) * pixel(1, top, left) + across * pixel(1, top, left + 1))
          + down * ((1 - across) * pixel(1, top + 1, left) + across * pixel(1, top + 1, left + 1))
        #expect(abs(Double(result[(side + i) * side + j]) - expected) < 1e-4, "\(i), \(j)")
      }
    }
  }

  @Test func masksAreBlackOutsideTheCircleInEveryTurn() {
    let image = [UInt8](repeating: 255, count: 3 * 32 * 32)
    let masked = (0..<8).map { turned(image, side: 32, by: [$0], masks: true) }
    for turn in masked { #expect(difference(turn, masked[0]) < 1e-5, "corners tell the turn") }
    let black = masked[0].count { $0 == 0 }
    // The circle within a square covers π/4 of it.
    #expect(abs(Double(black) / 3_072 - (1 - Double.pi / 4)) < 0.02)
    #expect(masked[0][0] == 0 && masked[0][16 * 32] > 0.99)
  }

  // MARK: Shared draws

  func loader(shared: Bool) -> ViewLoader {
    ViewLoader(
      Shapes.images(24, seed: 4, stream: "test"),
      augmentations: [0, 2, 4, 6].map {
        Augmentation(
          [RandomCrop(padding: 4), HorizontalFlip(), Rotation(eighths: $0)], drawingAsFirstView: shared)
      }, standardization: .none, seed: 3)
  }

  @Test func allTurnsAreOfOneCropAndOneFlip() {
    let batch = loader(shared: true).batch(indices: Array(0..<24), epoch: 1)
    let views = batch.views.map(\.images.floats)
    #expect(batch.views.allSatisfy { $0.crops == batch.views[0].crops })
    #expect(batch.views[0].crops.contains { $0.isFlipped })
    let last = 31
    for image in 0..<24 {
      for i in stride(from: 0, to: 32, by: 3) {
        func value(_ view: Int, _ row: Int, _ column: Int) -> Float {
          views[view][((image * 32 + row) * 32 + column) * 3 + 1]
        }
        func row(_ view: Int) -> [Float] { (0..<32).map { value(view, i, $0) } }
        #expect(row(1) == (0..<32).map { value(0, $0, last - i) })
        #expect(row(2) == (0..<32).map { value(0, last - i, last - $0) })
        #expect(row(3) == (0..<32).map { value(0, last - $0, i) })
      }
    }
  }

  @Test func otherwiseEveryViewDrawsItsOwn() {
    let (shared, own) = (loader(shared: true), loader(shared: false))
    let indices = Array(0..<24)
    let views = own.batch(indices: indices, epoch: 1).views
    #expect(views.dropFirst().allSatisfy { $0.crops != views[0].crops })
    #expect(
      views[0].images.floats == shared.batch(indices: indices, epoch: 1).views[0].images.floats,
      "the first view is the same either way")
  }
}
