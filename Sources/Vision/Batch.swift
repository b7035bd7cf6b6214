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
  /// One view of every image of the batch.
  public struct View: Sendable {
    /// N × H × W × 3, standardized, in the plan's precision.
    public let images: Tensor
    /// Where each view was cut.
    public let crops: [CropGeometry]

    /// Creates a view.
    public init(images: Tensor, crops: [CropGeometry]) {
      self.images = images
      self.crops = crops
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
