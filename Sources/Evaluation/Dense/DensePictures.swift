import Tensors
import Vision

extension PictureSheet {
  /// The widest side at which an image of a picture is shown; larger ones are thinned out.
  private static let shownSide = 128

  /// Images of `set` with the masks they have and the masks that were predicted: three rows, one image in each column;
  /// void is black, and a legend names the classes that occur.
  static func segmentations(
    of set: SegmentationSet, at indices: [Int], predictions: [[UInt8]]
  ) -> PictureSheet {
    let (height, width) = (set.images.height, set.images.width)
    let step = max(1, (max(height, width) + shownSide - 1) / shownSide)
    let (rows, columns) = ((height + step - 1) / step, (width + step - 1) / step)
    func drawn(_ color: (_ image: Int, _ pixel: Int) -> SIMD3<Float>) -> Tensor {
      var values: [Float] = []
      for image in indices.indices {
        for place in 0..<rows * columns {
          let color = color(image, place / columns * step * width + place % columns * step)
          values += [color.x, color.y, color.z]
        }
      }
      return Tensor(values, shape: [indices.count, rows, columns, 3])
    }
    let frames = drawn { image, pixel in
      let start = indices[image] * set.images.imageSize + pixel
      return SIMD3((0..<3).map { Float(set.images.bytes[start + $0 * height * width]) / 255 })
    }
    let masks = drawn { MaskColor.of(set.masks[indices[$0] * set.pixels + $1]) }
    let predicted = drawn { MaskColor.of(predictions[$0][$1]) }
    var sheet = PictureSheet(
      "Test images and their classes",
      rows: [Row("image", frames), Row("true classes", masks), Row("predicted classes", predicted)])
    let shown = indices.flatMap { set.masks[$0 * set.pixels..<($0 + 1) * set.pixels] }
    let found = Set(shown).union(predictions.flatMap(\.self))
    sheet.legend = found.sorted().map { label in
      (
        MaskColor.of(label) * 255,
        label == SegmentationSet.void ? "void, which does not count" : set.classNames[Int(label)]
      )
    }
    return sheet
  }

  /// How similar one pixel of an image's first view is to every pixel of both views, pixel by pixel in `rows`: the first view
  /// with the pixel marked, its map of similarities, the second view, and that one's map.
  ///
  /// `views` are two tensors of V × V × 3 numbers within 0...1, `maps` their feature maps of S × S × C, and `pixels` are
  /// places of the first map, row by row. Similarities are cosines, dark blue at −1, white at 0 and dark red at 1.
  public static func similarities(
    views: (Tensor, Tensor), maps: (Tensor, Tensor), pixels: [Int]
  ) -> PictureSheet {
    let side = (views.0.shape[0], views.0.shape[1])
    func rows(_ map: Tensor) -> NormalizedRows {
      NormalizedRows(
        map.converted(to: .float32).reshaped(to: [map.shape[0] * map.shape[1], map.shape[2]]))
    }
    let (first, second) = (rows(maps.0), rows(maps.1))
    var sheet = PictureSheet(
      "Where features resemble one pixel's",
      rows: pixels.enumerated().map { place, pixel in
        let query = first.values.rows(pixel..<pixel + 1)
        func drawn(_ bank: NormalizedRows, _ map: Tensor) -> [Float] {
          let cosines = query.similarities(to: bank.values).floats
          return enlarged(cosines.map(MaskColor.of(similarity:)), map, to: side)
        }
        let marked = marking(pixel, of: maps.0, in: views.0)
        let tiles = [marked, drawn(first, maps.0), views.1.floats, drawn(second, maps.1)]
        return Row("pixel \(place + 1)", Tensor(tiles.flatMap { $0 }, shape: [4, side.0, side.1, 3]))
      })
    sheet.columns = ["first view, pixel in red", "its likeness there", "second view", "its likeness there"]
    sheet.legend = [(-1, "−1: opposite"), (0, "0: unlike"), (1, "1: alike")].map {
      (MaskColor.of(similarity: $0.0) * 255, $0.1)
    }
    sheet.note = "Likeness: the cosine of two features."
    return sheet
  }

  /// Every position of a map as an area of a picture.
  private static func enlarged(
    _ colors: [SIMD3<Float>], _ map: Tensor, to side: (Int, Int)
  ) -> [Float] {
    (0..<side.0 * side.1).flatMap { place in
      let (row, column) = (place / side.1 * map.shape[0] / side.0, place % side.1 * map.shape[1] / side.1)
      let color = colors[row * map.shape[1] + column]
      return [color.x, color.y, color.z]
    }
  }

  /// A view with the edge of one position's area in red.
  private static func marking(_ pixel: Int, of map: Tensor, in view: Tensor) -> [Float] {
    let (height, width) = (view.shape[0], view.shape[1])
    func position(_ y: Int, _ x: Int) -> Int {
      guard y >= 0, y < height, x >= 0, x < width else { return -1 }
      return y * map.shape[0] / height * map.shape[1] + x * map.shape[1] / width
    }
    var values = view.floats
    for y in 0..<height {
      for x in 0..<width where position(y, x) == pixel {
        let isEdge = [(0, 1), (1, 0), (0, -1), (-1, 0)].contains { position(y + $0.0, x + $0.1) != pixel }
        if isEdge { values.replaceSubrange((y * width + x) * 3..<(y * width + x) * 3 + 3, with: [1, 0, 0]) }
      }
    }
    return values
  }
}

/// What classes and similarities look like.
enum MaskColor {
  /// CamVid's colours for its eleven classes, which stand for any others too, and black for void.
  private static let palette: [SIMD3<Float>] = [
    [128, 128, 128], [128, 0, 0], [192, 192, 128], [128, 64, 128], [60, 40, 222], [128, 128, 0],
    [192, 128, 128], [64, 64, 128], [64, 0, 128], [64, 64, 0], [0, 128, 192],
  ].map { $0 / 255 }

  static func of(_ label: UInt8) -> SIMD3<Float> {
    if label == SegmentationSet.void { return .zero }
    // Beyond the palette its colours return darker.
    return palette[Int(label) % palette.count] / Float(1 + Int(label) / palette.count)
  }

  static func of(similarity: Float) -> SIMD3<Float> {
    let strength = min(1, abs(similarity))
    let end: SIMD3<Float> = similarity < 0 ? [0, 0, 0.5] : [0.5, 0, 0]
    return 1 + (end - 1) * strength
  }
}
