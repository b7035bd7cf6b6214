import Tensors

/// Images in memory, all of one size: bytes, three planes (red, green, blue) per image, rows within a plane.
public struct ImageSet: Sendable {
  /// Pixels per row and column of one image.
  public let height, width: Int
  /// Every image's 3 × height × width bytes, one image after another.
  public let bytes: [UInt8]
  /// What the images show, by class index; empty when unknown.
  public let labels: [Int]
  /// The name of each class.
  public let classNames: [String]

  /// Creates a set; traps when the sizes do not agree.
  public init(height: Int, width: Int, bytes: [UInt8], labels: [Int], classNames: [String]) {
    let size = 3 * height * width
    precondition(
      size > 0 && bytes.count % size == 0, "\(bytes.count) bytes are no whole number of \(size)-byte images")
    let count = bytes.count / size
    precondition(labels.isEmpty || labels.count == count, "\(labels.count) labels for \(count) images")
    self.height = height
    self.width = width
    self.bytes = bytes
    self.labels = labels
    self.classNames = classNames
  }

  /// The number of images.
  public var count: Int { bytes.count / imageSize }

  /// Bytes of one image.
  public var imageSize: Int { 3 * height * width }

  /// The images at `indices`, in that order.
  public func subset(_ indices: some Collection<Int>) -> ImageSet {
    var chosen: [UInt8] = []
    chosen.reserveCapacity(indices.count * imageSize)
    for index in indices { chosen += bytes[index * imageSize..<(index + 1) * imageSize] }
    return ImageSet(
      height: height, width: width, bytes: chosen, labels: labels.isEmpty ? [] : indices.map { labels[$0] },
      classNames: classNames)
  }
}

/// A data set's parts and where its bytes came from.
public struct ImageCollection: Sendable {
  /// What pre-training sees; labels are stripped before a method can see them.
  public let pretraining: ImageSet
  /// The labelled images that probes learn from.
  public let training: ImageSet
  /// The labelled images that accuracies are measured on.
  public let test: ImageSet
  /// Which bytes these are.
  public let identity: DataIdentity
  /// The training images that a scarce data set leaves out: nothing learns from them unless it is said; `nil` where the set
  /// is not scarce.
  public let unused: ImageSet?
  /// Images from elsewhere that can be added to those of pre-training.
  var offered: [Inflation.Source: AddedImages] = [:]
  /// Images with masks, where there are some: the data set's own, or those of another one.
  public private(set) var segmentation: SegmentationCollection?
  /// What is known of them where they come from a folder of one's own.
  public internal(set) var own: OwnImages?

  /// Creates a collection from its parts.
  public init(
    pretraining: ImageSet, training: ImageSet, test: ImageSet, identity: DataIdentity,
    unused: ImageSet? = nil, segmentation: SegmentationCollection? = nil
  ) {
    self.pretraining = pretraining
    self.training = training
    self.test = test
    self.identity = identity
    self.unused = unused
    self.segmentation = segmentation
  }

  /// The same images beside `segmentation`.
  public func with(_ segmentation: SegmentationCollection?) -> ImageCollection {
    var collection = self
    collection.segmentation = segmentation
    return collection
  }
}
