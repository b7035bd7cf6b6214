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
