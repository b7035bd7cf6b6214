import NeuralNetworks
import Tensors
import TestSupport
import Testing
import Vision

@testable import Evaluation

@Suite struct PixelRetrievalTests {
  private func crops(_ count: Int, seed: UInt64) -> [CropGeometry] {
    var random = Random(seed: seed, stream: "crops")
    return (0..<count).map { _ in
      CropGeometry(
        top: random.uniform(in: 0...12), left: random.uniform(in: 0...12), height: random.uniform(in: 8...20),
        width: random.uniform(in: 8...20), isFlipped: random.happens(withProbability: 0.5))
    }
  }

  /// The definition in loops over doubles.
  private func bruteForce(
    _ a: Tensor, _ crops: [CropGeometry], _ b: Tensor, _ others: [CropGeometry]
  ) -> (asked: Int, exact: Int, near: Int) {
    func center(_ crop: CropGeometry, _ row: Int, _ column: Int, _ s: Shape) -> (x: Double, y: Double) {
      let (w, h) = (Double(crop.width) / Double(s.width), Double(crop.height) / Double(s.height))
      let along = (Double(column) + 0.5) * w
      let x = crop.isFlipped ? Double(crop.left + crop.width) - along : Double(crop.left) + along
      return (x, Double(crop.top) + (Double(row) + 0.5) * h)
    }
    func diagonal(_ crop: CropGeometry, _ s: Shape) -> Double {
      let (w, h) = (Double(crop.width) / Double(s.width), Double(crop.height) / Double(s.height))
      return (w * w + h * h).squareRoot()
    }
    func feature(_ t: [Float], _ s: Shape, _ n: Int, _ row: Int, _ column: Int) -> [Double] {
      let start = ((n * s.height + row) * s.width + column) * s.channels
      return t[start..<start + s.channels].map(Double.init)
    }
    func cosine(_ a: [Double], _ b: [Double]) -> Double {
      func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
      return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
    }
    let (x, y) = (a.floats, b.floats)
    var (asked, exact, near) = (0, 0, 0)
    for n in crops.indices {
      for row in 0..<a.shape.height {
        for column in 0..<a.shape.width {
          let c = center(crops[n], row, column, a.shape)
          var best = (row: 0, column: 0, cosine: -2.0)
          var match: (row: Int, column: Int)?
          for otherRow in 0..<b.shape.height {
            for otherColumn in 0..<b.shape.width {
              let similarity = cosine(
                feature(x, a.shape, n, row, column), feature(y, b.shape, n, otherRow, otherColumn))
              if similarity > best.cosine { best = (otherRow, otherColumn, similarity) }
              let d = center(others[n], otherRow, otherColumn, b.shape)
              let half = (
                Double(others[n].width) / Double(b.shape.width) / 2,
                Double(others[n].height) / Double(b.shape.height) / 2
              )
              if abs(c.x - d.x) < half.0 && abs(c.y - d.y) < half.1 { match = (otherRow, otherColumn) }
            }
          }
          guard let match else { continue }
          asked += 1
          if match == (best.row, best.column) { exact += 1 }
          let d = center(others[n], best.row, best.column, b.shape)
          let distance = ((c.x - d.x) * (c.x - d.x) + (c.y - d.y) * (c.y - d.y)).squareRoot()
          if distance < 0.7 * max(diagonal(crops[n], a.shape), diagonal(others[n], b.shape)) { near += 1 }
        }
      }
    }
    return (asked, exact, near)
  }

  @Test func agreesWithBruteForce() {
    let (a, b) = (randomTensor([9, 3, 4, 5], seed: 1), randomTensor([9, 5, 3, 5], seed: 2))
    let (first, second) = (crops(9, seed: 1), crops(9, seed: 2))
    let tally = PixelRetrieval.tally(a, first, in: b, second)
    let expected = bruteForce(a, first, b, second)
    #expect(tally.asked == expected.asked && tally.exact == expected.exact && tally.near == expected.near)
    #expect(expected.asked > 20 && expected.exact > 0 && expected.near > expected.exact)
    #expect(abs(tally.chance - Double(expected.asked) / 15) < 1e-9)
  }

  /// Features that tell the place find every match, mirrored or not; those of the wrong places none.
  @Test func placesThemselvesAreFound() {
    let crop = CropGeometry(top: 3, left: 5, height: 16, width: 16)
    var mirrored = crop
    mirrored.isFlipped = true
    func map(_ crop: CropGeometry) -> Tensor {
      let values = crop.centers(rows: 4, columns: 4).flatMap { place -> [Float] in
        // One direction per place.
        let bin = Int((place.y - 3) / 4) * 4 + Int((place.x - 5) / 4)
        return (0..<16).map { $0 == bin ? 2 : 0.1 }
      }
      return Tensor(values, shape: [1, 4, 4, 16])
    }
    for other in [crop, mirrored] {
      let tally = PixelRetrieval.tally(map(crop), [crop], in: map(other), [other])
      #expect(tally.asked == 16 && tally.exact == 16 && tally.near == 16)
    }
    // As if nobody had told that the view is mirrored.
    let wrong = PixelRetrieval.tally(map(crop), [crop], in: map(mirrored), [crop])
    #expect(wrong.asked == 16 && wrong.exact == 0)
    let apart = CropGeometry(top: 100, left: 100, height: 16, width: 16)
    #expect(PixelRetrieval.tally(map(crop), [crop], in: map(crop), [apart]).asked == 0)
  }

  private func candidate(_ encoder: any Encoder) -> Candidate {
    Candidate(encoder: encoder, training: shapes(10), test: shapes(60), standardization: .shapes)
  }

  @Test func anEncoderIsAskedInBothDirections() throws {
    let measured = try PixelRetrieval(side: 16).measure(candidate(Areas()))
    let (scores, pictures) = (measured.scores, measured.pictures)
    #expect(scores.map(\.metric) == ["top1", "top1-near", "chance"] && scores.allSatisfy { $0.count == 60 })
    #expect(abs(scores[2].value - 100.0 / 64) < 1e-9)
    #expect(
      scores[0].value > 2 * scores[2].value && scores[1].value >= scores[0].value, "\(scores.map(\.value))")
    #expect(try PixelRetrieval(side: 16).evaluate(candidate(Areas())) == scores)
    #expect(pictures.map(\.name) == ["pixel-similarities-1", "pixel-similarities-2"])
    #expect(pictures[0].height > 4 * 96 && pictures[0].width > 4 * 96)
  }

  @Test func similaritiesAreDrawnWhereTheyAre() {
    // Two positions, opposite to one another.
    let map = Tensor([1, 0, -1, 0], shape: [1, 2, 2])
    let view = Tensor(repeating: 0.2, shape: [4, 8, 3])
    let sheet = PictureSheet.similarities(views: (view, view), maps: (map, map), pixels: [1])
    let tiles = sheet.rows[0].tiles
    #expect(sheet.rows.count == 1 && tiles.count == 4 && sheet.columns.count == 4 && sheet.legend.count == 3)
    func color(_ tile: Int, _ y: Int, _ x: Int) -> [UInt8] {
      Array(tiles[tile].bytes[(y * 8 + x) * 3..<(y * 8 + x) * 3 + 3])
    }
    #expect(
      color(0, 1, 1) == [51, 51, 51] && color(0, 1, 4) == [255, 0, 0] && color(0, 1, 5) == [51, 51, 51])
    for tile in [1, 3] {
      #expect(color(tile, 2, 6) == [128, 0, 0] && color(tile, 2, 2) == [0, 0, 128])
    }
    #expect(color(2, 0, 0) == [51, 51, 51])
  }
}
