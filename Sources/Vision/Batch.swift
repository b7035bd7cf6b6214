import Tensors

/// Where in its image a view was cut, in pixels of the image.
public struct CropGeometry: Sendable, Equatable {
  /// The upper edge, left edge, height and width of the box.
  public var top, left, height, width: Float
  /// Whether the view was mirrored after cutting.
  public var isFlipped: Bool

  /// Creates a geometry.
  public init(top: Float, left: Float, height: Float, width: Float, isFlipped: Bool = false) {
    self.top = top
    self.left = left
    self.height = height
    self.width = width
    self.isFlipped = isFlipped
  }

  /// The same box in coordinates of its image of `imageHeight` × `imageWidth` pixels; traps for images of fewer than two
  /// pixels a side.
  public func box(imageHeight: Int, imageWidth: Int) -> ViewBox {
    precondition(
      imageHeight > 1 && imageWidth > 1, "coordinates of an image of \(imageHeight) × \(imageWidth) pixels")
    let (right, bottom) = (Float(imageWidth - 1), Float(imageHeight - 1))
    let (first, last) = (left / right, (left + width - 1) / right)
    return ViewBox(
      x0: isFlipped ? last : first, y0: top / bottom, x1: isFlipped ? first : last,
      y1: (top + height - 1) / bottom)
  }
}

/// Where in its image a view lies: x and y run from 0 at the centre of the image's first pixel to 1 at that of its last.
///
/// The view's left edge is at `x0`, its right edge at `x1`: in a mirrored view `x0` is the larger one (PixPro,
/// arXiv:2011.10043, released code).
public struct ViewBox: Sendable, Equatable {
  /// The coordinates of the view's left, upper, right and lower edge.
  public var x0, y0, x1, y1: Float

  /// Creates a box.
  public init(x0: Float, y0: Float, x1: Float, y1: Float) {
    (self.x0, self.y0, self.x1, self.y1) = (x0, y0, x1, y1)
  }
}

extension CropGeometry {
  /// Where the centres of a `rows` × `columns` map of the view lie in the image, row by row: (x, y) in its pixels. A mirrored
  /// view's columns run from right to left.
  public func centers(rows: Int, columns: Int) -> [SIMD2<Float>] {
    (0..<rows * columns).map { place in
      let (row, column) = (place / columns, place % columns)
      let across = (Float(column) + 0.5) * width / Float(columns)
      return [
        isFlipped ? left + width - across : left + across, top + (Float(row) + 0.5) * height / Float(rows),
      ]
    }
  }

  /// The place, row by row, of the bin of a `rows` × `columns` map of the view that holds `point`, a place in the image;
  /// `nil` where the view does not show it.
  public func bin(of point: SIMD2<Float>, rows: Int, columns: Int) -> Int? {
    let (x, y) = ((point.x - left) / width, (point.y - top) / height)
    guard x >= 0, x < 1, y >= 0, y < 1 else { return nil }
    let column = min(Int((isFlipped ? 1 - x : x) * Float(columns)), columns - 1)
    return min(Int(y * Float(rows)), rows - 1) * columns + column
  }

  /// The diagonal of one bin of a `rows` × `columns` map of the view, in pixels of the image.
  public func binDiagonal(rows: Int, columns: Int) -> Float {
    let (across, down) = (width / Float(columns), height / Float(rows))
    return (across * across + down * down).squareRoot()
  }
}

/// What pre-training sees: views and which images they came from. There is no label to leak.
public struct Batch: Sendable {
  /// Pixels per column and row of an image.
  public struct ImageSize: Sendable, Equatable {
    /// How many rows and columns there are.
    public let height, width: Int

    /// Creates a size.
    public init(height: Int, width: Int) { (self.height, self.width) = (height, width) }
  }

  /// One view of every image of the batch.
  public struct View: Sendable {
    /// N × H × W × 3, standardized, in the plan's precision.
    public let images: Tensor
    /// Where each view was cut.
    public let crops: [CropGeometry]
    /// How many pixels the images have that views were cut from; `nil` where nobody said.
    public let imageSize: ImageSize?

    /// Creates a view.
    public init(images: Tensor, crops: [CropGeometry], imageSize: ImageSize? = nil) {
      self.images = images
      self.crops = crops
      self.imageSize = imageSize
    }

    /// Where each view lies in coordinates of its image; traps where the images' size or the crops are not known.
    public var boxes: [ViewBox] {
      guard let imageSize, crops.count == images.shape[0] else {
        preconditionFailure(
          "boxes of \(images.shape[0]) views of which \(crops.count) are known, in images of "
            + "\(imageSize.map { "\($0.height) × \($0.width)" } ?? "unknown") pixels")
      }
      return crops.map { $0.box(imageHeight: imageSize.height, imageWidth: imageSize.width) }
    }
  }

  /// One entry per augmentation of the method.
  public let views: [View]
  /// The images' places in the data set.
  public let indices: [Int]

  /// Creates a batch.
  public init(views: [View], indices: [Int]) {
    self.views = views
    self.indices = indices
  }
}
