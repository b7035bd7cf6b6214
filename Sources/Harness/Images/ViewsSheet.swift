import Pretraining
import Records
import Tensors
import Vision

extension PictureSheet {
  /// The largest number of images that a sheet of views shows.
  public static let mostImages = 32

  /// What the network sees in the first pass: of `count` images, evenly spaced over those of `mixture`, the original with the
  /// frames of its views, and every view of `method`, each under its name.
  ///
  /// The views are those of a training with `seed`, but for the standardization of their colours.
  public init(
    viewsOf method: any PretrainingMethod, called arm: String, mixture: Mixture, count: Int, seed: UInt64,
    of dataset: String
  ) {
    let shown = min(count, mixture.count)
    let places = (0..<shown).map { $0 * mixture.count / shown }
    let indices = places.map(mixture.image)
    let images = mixture.images
    let augmentations = method.augmentations
    let loader = ViewLoader(
      images, augmentations: augmentations, standardization: .none, seed: seed)
    let batch = loader.batch(indices: indices, at: places, epoch: 0)
    let originals = Tile.all(of: loader.images(at: indices))
    let views = batch.views.map { Tile.all(of: $0.images) }
    let names = method.viewNames

    let rows = indices.indices.map { row -> Row in
      let crops = batch.views.map { $0.crops[row] }
      var original = originals[row]
      for (view, crop) in crops.enumerated() where Self.isFramed(crop, crops.prefix(view), images) {
        original.frames.append(Tile.Frame(crop, color: Self.color(of: view)))
      }
      var tiles = views.map { $0[row] }
      if method.comparesWhereViewsOverlap, tiles.count == 2 {
        for view in 0..<2 {
          guard
            let frame = crops[1 - view].frame(in: crops[view], tiles[view], color: Self.color(of: 1 - view))
          else { continue }
          tiles[view].frames.append(frame)
        }
      }
      let label = images.labels.isEmpty ? "" : ", \(images.classNames[images.labels[indices[row]]])"
      return Row("image \(indices[row])\(label)", [original] + tiles)
    }
    self.init("What “\(arm)” sees of \(dataset)", rows: rows)
    columns = ["original"] + names
    legend = augmentations.indices.map { view in
      let steps = augmentations[view].title
      return (Self.color(of: view), steps.isEmpty ? names[view] : "\(names[view]): \(steps)")
    }
    note =
      "The views of the first pass with seed \(seed), before their colours are standardized. Frames on the original: "
      + "where a view was cut."
    if method.comparesWhereViewsOverlap { note += " Frames on a view: where the other one overlaps it." }
  }

  /// Views of the whole image, and those cut where an earlier one was, need no frame of their own.
  private static func isFramed(
    _ crop: CropGeometry, _ earlier: ArraySlice<CropGeometry>, _ images: ImageSet
  ) -> Bool {
    let isWhole =
      crop.top == 0 && crop.left == 0 && crop.height == Float(images.height)
      && crop.width == Float(images.width)
    return !isWhole
      && !earlier.contains {
        $0.top == crop.top && $0.left == crop.left && $0.height == crop.height && $0.width == crop.width
      }
  }

  /// The first view has the colour of a baseline, the second that of a treatment.
  private static func color(of view: Int) -> SIMD3<Float> {
    let colors = [Palette.baseline, Palette.treatment] + Palette.others
    let value = Int(colors[view % colors.count].dropFirst(), radix: 16) ?? 0
    return SIMD3(Float(value >> 16), Float(value >> 8 & 255), Float(value & 255))
  }
}

extension PictureSheet.Tile.Frame {
  /// The edge of `crop` on its image.
  fileprivate init(_ crop: CropGeometry, color: SIMD3<Float>) {
    self.init(top: crop.top, left: crop.left, height: crop.height, width: crop.width, color: color)
  }
}

extension CropGeometry {
  /// The edge of what this view shows on `tile`, which is the view `other` of the same image; `nil` where they share nothing.
  fileprivate func frame(
    in other: CropGeometry, _ tile: PictureSheet.Tile, color: SIMD3<Float>
  ) -> PictureSheet.Tile.Frame? {
    let (upper, lower) = (max(top, other.top), min(top + height, other.top + other.height))
    let (first, last) = (max(left, other.left), min(left + width, other.left + other.width))
    guard upper < lower, first < last else { return nil }
    let (down, across) = (Float(tile.height) / other.height, Float(tile.width) / other.width)
    // A mirrored view's columns run from right to left.
    let start = other.isFlipped ? other.left + other.width - last : first - other.left
    return PictureSheet.Tile.Frame(
      top: (upper - other.top) * down, left: start * across, height: (lower - upper) * down,
      width: (last - first) * across, color: color)
  }
}
