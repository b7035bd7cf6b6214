import NeuralNetworks
import Tensors
import Vision

/// How often the most similar pixel of another view of an image shows the same place.
///
/// Two views of each test image are cut; the pixels are positions of the last feature map, similar by their cosine. A
/// pixel's match is the one of the other view whose bin holds its centre; pixels that the other view does not show are not
/// asked. Reported, in percent of the pixels asked in both directions, are `top1` (the match itself), `top1-near` (a pixel
/// whose centre is closer than 0.7 diagonals of the larger bin, in pixels of the image; PixPro's positives are so, but in parts
/// of its width and height, which is the same on square images) and `chance` (a pixel drawn at
/// random is the match). Pictures show similarities of some pixels.
public struct PixelRetrieval: Evaluation {
  /// How the views are cut: two pipelines.
  public let views: [Augmentation]
  /// At most so many test images are asked about.
  public let limit: Int

  /// `pixel-retrieval-v1`: other views would be another version.
  public let name = "pixel-retrieval-v1"

  public var growsWithTraining: Bool { false }

  /// Creates the evaluation on views of `side` pixels, each a crop of a fifth of the image or more and a flip, without a
  /// change of colours.
  public init(side: Int, limit: Int = 1_000) {
    let view: Augmentation = [RandomResizedCrop(to: side, area: 0.2...1), HorizontalFlip()]
    self.init(views: [view, view], limit: limit)
  }

  /// Creates the evaluation on views of its own; traps unless there are two.
  public init(views: [Augmentation], limit: Int = 1_000) {
    precondition(views.count == 2 && limit > 0, "retrieval between \(views.count) views of \(limit) images")
    self.views = views
    self.limit = limit
  }

  /// Asks every pixel of both views; the encoder stays in inference mode.
  ///
  /// - Throws: `EvaluationError`: no test images, or a map that is not finite.
  public func measure(_ candidate: Candidate) throws -> Measured {
    let images = candidate.test.first(limit)
    guard images.count > 0 else { throw EvaluationError.noImages(split: "test") }
    let loader = loader(of: images, candidate, candidate.standardization)
    let side = views[0].outputSize(height: images.height, width: images.width)
    let size = max(1, FrozenEncoder.pixelsAtOnce / (side.height * side.width))
    var tally = Tally()
    var tallies = [Tally](repeating: Tally(), count: images.count)
    var pictures: [Picture] = []
    for start in stride(from: 0, to: images.count, by: size) {
      let indices = Array(start..<min(start + size, images.count))
      let batch = loader.batch(indices: indices, epoch: 0)
      let maps = batch.views.map { view in
        inference { candidate.encoder.featureMap(of: view.images).constant }.converted(to: .float32)
      }
      guard maps.allSatisfy(\.isFinite) else {
        throw EvaluationError.nonFiniteFeatures(split: "test", image: start)
      }
      for (from, to) in [(0, 1), (1, 0)] {
        let found = PixelRetrieval.tallies(
          maps[from], batch.views[from].crops, in: maps[to], batch.views[to].crops)
        for (place, found) in found.enumerated() { tallies[start + place] += found }
        tally += found.reduce(into: Tally()) { $0 += $1 }
      }
      if start == 0 {
        pictures = self.pictures(of: self.loader(of: images, candidate, .none), indices: indices, maps)
      }
    }
    return Measured(
      tally.scores(images: images.count), pictures: pictures,
      answers: [("top1", \Tally.exact), ("top1-near", \.near)].map { metric, right in
        Answers(
          metric: metric, .shares(tallies.map { Answers.Share(right: $0[keyPath: right], asked: $0.asked) }))
      })
  }

  private func loader(
    of images: ImageSet, _ candidate: Candidate, _ standardization: Standardization
  ) -> ViewLoader {
    ViewLoader(
      images, augmentations: views, standardization: standardization, seed: candidate.seed,
      dataType: standardization == .none ? .float32 : candidate.dataType)
  }

  /// One picture for each of the first two images: a pixel in every quarter of the first view.
  private func pictures(of plain: ViewLoader, indices: [Int], _ maps: [Tensor]) -> [Picture] {
    let views = plain.batch(indices: indices, epoch: 0).views
    func one(_ tensor: Tensor, _ image: Int) -> Tensor {
      tensor.rows(image..<image + 1).reshaped(to: Shape(Array(tensor.shape.dimensions.dropFirst())))
    }
    let (height, width) = (maps[0].shape.height, maps[0].shape.width)
    let pixels = [(1, 1), (1, 3), (3, 1), (3, 3)].map { $0.0 * height / 4 * width + $0.1 * width / 4 }
    return (0..<min(2, indices.count)).map { image in
      PictureSheet.similarities(
        views: (one(views[0].images, image), one(views[1].images, image)),
        maps: (one(maps[0], image), one(maps[1], image)), pixels: pixels
      ).picture("pixel-similarities-\(image + 1)")
    }
  }
}

extension PixelRetrieval {
  /// How many pixels were asked, and what their most similar pixels are.
  public struct Tally: Sendable, Equatable {
    /// Pixels whose match the other view shows.
    public internal(set) var asked = 0
    /// Of these, whose most similar pixel is the match, and whose lies near.
    public internal(set) var exact = 0, near = 0
    /// The matches to be expected of pixels drawn at random.
    public internal(set) var chance = 0.0

    static func += (a: inout Tally, b: Tally) {
      a.asked += b.asked
      a.exact += b.exact
      a.near += b.near
      a.chance += b.chance
    }

    func scores(images: Int) -> [Score] {
      [("top1", Double(exact)), ("top1-near", Double(near)), ("chance", chance)].map { metric, hits in
        Score(metric: metric, value: asked == 0 ? 0 : 100 * hits / Double(asked), count: images)
      }
    }
  }

  /// Asks each pixel of `maps` (N × h × w × C, float32), cut at `crops`, for the most similar one of the same image in
  /// `others`, cut at `otherCrops`; the first in order among equals.
  public static func tally(
    _ maps: Tensor, _ crops: [CropGeometry], in others: Tensor, _ otherCrops: [CropGeometry]
  ) -> Tally {
    tallies(maps, crops, in: others, otherCrops).reduce(into: Tally()) { $0 += $1 }
  }

  /// The same, image by image.
  static func tallies(
    _ maps: Tensor, _ crops: [CropGeometry], in others: Tensor, _ otherCrops: [CropGeometry]
  ) -> [Tally] {
    precondition(
      maps.shape.batch == crops.count && others.shape.batch == otherCrops.count
        && crops.count == otherCrops.count && maps.shape.channels == others.shape.channels,
      "maps of \(maps.shape) and \(others.shape) for \(crops.count) and \(otherCrops.count) views")
    let depth = maps.shape.channels
    let (queries, bank) = (
      NormalizedRows(maps.reshaped(to: [maps.shape.rows, depth])).values,
      NormalizedRows(others.reshaped(to: [others.shape.rows, depth])).values
    )
    let (count, otherCount) = (maps.shape.rows / crops.count, others.shape.rows / crops.count)
    var tallies = [Tally](repeating: Tally(), count: crops.count)
    tallies.withUnsafeMutableBufferPointer { tallies in
      WorkerPool.forEachRange(of: crops.count) { range in
        var cosines = [Float](repeating: 0, count: count * otherCount)
        for image in range {
          queries.withFloats { queries in
            bank.withFloats { bank in
              BlockProduct.similarities(
                queries.baseAddress! + image * count * depth, rows: count,
                bank.baseAddress! + image * otherCount * depth, columns: otherCount, depth: depth,
                into: &cosines)
            }
          }
          tallies[image] = judged(
            cosines, (crops[image], maps.shape), (otherCrops[image], others.shape))
        }
      }
    }
    return tallies
  }

  private static func judged(
    _ cosines: [Float], _ own: (crop: CropGeometry, shape: Shape), _ other: (crop: CropGeometry, shape: Shape)
  ) -> Tally {
    let (rows, columns) = (other.shape.height, other.shape.width)
    let places = other.crop.centers(rows: rows, columns: columns)
    let reach =
      0.7
      * max(
        own.crop.binDiagonal(rows: own.shape.height, columns: own.shape.width),
        other.crop.binDiagonal(rows: rows, columns: columns))
    var tally = Tally()
    for (pixel, center) in own.crop.centers(rows: own.shape.height, columns: own.shape.width).enumerated() {
      guard let match = other.crop.bin(of: center, rows: rows, columns: columns) else { continue }
      let similar = cosines[pixel * places.count..<(pixel + 1) * places.count]
      var best = 0
      for (place, cosine) in similar.enumerated() where cosine > similar[similar.startIndex + best] {
        best = place
      }
      let offset = places[best] - center
      tally.asked += 1
      if best == match { tally.exact += 1 }
      if (offset * offset).sum().squareRoot() < reach { tally.near += 1 }
      tally.chance += 1 / Double(places.count)
    }
    return tally
  }
}
