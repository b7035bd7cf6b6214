import Evaluation
import Foundation
import Harness
import Tensors
import Vision

/// Whether generated images are copies of learned ones: their nearest learned neighbours, beside those of unseen real images.
///
/// Distances are root mean squares over pixels, for colours in 0...1, to learned images and their mirror images. A flat image
/// is near to everything, so that an image's distance is also set against that to its next nearest, as Carlini et al.,
/// “Extracting Training Data from Diffusion Models”, arXiv:2301.13188, do: a copy has one neighbour much nearer than all
/// others.
public struct MemorizationCheck: Codable, Sendable, Equatable {
  /// The median distance to the nearest learned image.
  public var medianDistance, medianDistanceOfUnseen: Double
  /// The median of that distance as a part of the mean distance to the `neighborCount` nearest.
  public var medianRatio, medianRatioOfUnseen: Double
  /// The ratio below which one in a hundred unseen images lies.
  public var threshold: Double
  /// How many of all generated images lie below it; 0.01 when they are no nearer to learned images than unseen ones are.
  public var shareBelowThreshold: Double
  /// How many neighbours are averaged.
  public var neighborCount: Int
  /// How many generated and unseen images were looked at.
  public var generatedCount, unseenCount: Int
  /// The generated images with the smallest ratios, and the learned image nearest to each.
  public var closest: [Pair]

  /// A generated image and a learned one, by number.
  public struct Pair: Codable, Sendable, Equatable {
    public var generated, learned: Int
    public var ratio: Double
  }

  /// At most so many images of each kind are looked at.
  static let limit = 2_000

  /// Looks for the neighbours of `generated` and of `unseen` among `learned`.
  public init(generated: ImageSet, unseen: ImageSet, learned: ImageSet) {
    let bank = NeighborBank(learned)
    let (found, reference) = (bank.nearest(to: generated), bank.nearest(to: unseen))
    medianDistance = found.map(\.distance).quantile(0.5)
    medianDistanceOfUnseen = reference.map(\.distance).quantile(0.5)
    medianRatio = found.map(\.ratio).quantile(0.5)
    medianRatioOfUnseen = reference.map(\.ratio).quantile(0.5)
    let threshold = reference.map(\.ratio).quantile(0.01)
    self.threshold = threshold
    shareBelowThreshold = Double(found.count { $0.ratio < threshold }) / Double(max(1, found.count))
    neighborCount = bank.neighborCount
    (generatedCount, unseenCount) = (found.count, reference.count)
    closest = found.enumerated().sorted { ($0.element.ratio, $0.offset) < ($1.element.ratio, $1.offset) }
      .prefix(10).map { Pair(generated: $0.offset, learned: $0.element.index, ratio: $0.element.ratio) }
  }

  /// The closest pairs, generated above learned.
  public func picture(_ name: String, generated: ImageSet, learned: ImageSet) -> Picture {
    func row(_ label: String, _ images: ImageSet, _ numbers: [Int]) -> PictureSheet.Row {
      PictureSheet.Row(label, ViewLoader(images, standardization: .none).images(at: numbers))
    }
    var sheet = PictureSheet(
      "The generated images that are most like learned ones",
      rows: [
        row("generated", generated, closest.map(\.generated)),
        row("nearest learned", learned, closest.map(\.learned)),
      ])
    sheet.columns = closest.map { Typography.number($0.ratio) }
    sheet.note =
      "Over each: the distance to the nearest learned image as a part of the mean distance to the \(neighborCount) nearest; a "
      + "copy's is much below 1."
    return sheet.picture(name)
  }
}

/// The learned images and their mirror images, to be searched.
private struct NeighborBank {
  struct Neighbor {
    let index: Int
    let distance, ratio: Double
  }

  let neighborCount: Int
  private let rows: Tensor
  private let squares: [Float]
  private let imageCount: Int

  init(_ images: ImageSet) {
    imageCount = images.count
    let mirrored = ViewLoader(
      images, augmentations: [[HorizontalFlip(probability: 1)]], standardization: NeighborBank.centred)
    let indices = Array(0..<images.count)
    rows = Tensor.stacked([
      NeighborBank.rows(of: images, 0..<images.count),
      NeighborBank.flat(mirrored.batch(indices: indices, epoch: 0).views[0].images),
    ])
    squares = rows.rowProducts(with: rows).floats
    neighborCount = min(50, max(1, images.count / 2))
  }

  /// Around grey, so that products lose little to rounding.
  private static let centred = Standardization(mean: [0.5, 0.5, 0.5], deviation: [1, 1, 1])

  private static func flat(_ images: Tensor) -> Tensor {
    images.reshaped(to: [images.shape.batch, images.shape.stride])
  }

  private static func rows(of images: ImageSet, _ range: Range<Int>) -> Tensor {
    flat(ViewLoader(images, standardization: centred).images(at: range))
  }

  func nearest(to images: ImageSet) -> [Neighbor] {
    stride(from: 0, to: images.count, by: 250).flatMap { start in
      let queries = NeighborBank.rows(of: images, start..<min(start + 250, images.count))
      let own = queries.rowProducts(with: queries).floats
      let products = queries.similarities(to: rows).floats
      let size = Float(queries.shape[1])
      return own.indices.map { query in
        let distances = squares.indices.map { place in
          max(0, own[query] + squares[place] - 2 * products[query * squares.count + place]) / size
        }
        return neighbor(distances)
      }
    }
  }

  /// The nearest by mean squared `distances`; a learned image and its mirror image count once.
  private func neighbor(_ distances: [Float]) -> Neighbor {
    let nearest = (0..<imageCount).map {
      (distance: min(distances[$0], distances[$0 + imageCount]), index: $0)
    }
    .sorted { $0 < $1 }.prefix(neighborCount)
    let roots = nearest.map { Double($0.distance).squareRoot() }
    let mean = roots.reduce(0, +) / Double(roots.count)
    return Neighbor(index: nearest[0].index, distance: roots[0], ratio: mean > 0 ? roots[0] / mean : 0)
  }
}

extension [Double] {
  /// The number below which the part `share` of all lies, between two of them where it falls there; NaN of none.
  func quantile(_ share: Double) -> Double {
    guard !isEmpty else { return .nan }
    let ordered = sorted()
    let place = share * Double(count - 1)
    let (low, part) = (Int(place), place - place.rounded(.down))
    return ordered[low] + part * (ordered[Swift.min(low + 1, count - 1)] - ordered[low])
  }
}
