/// Images with a class for every pixel.
public struct SegmentationSet: Sendable {
  /// What a pixel is marked with that belongs to no class: it is neither learned from nor counted.
  public static let void: UInt8 = 255

  /// The images, without labels of their own.
  public let images: ImageSet
  /// Every image's height × width class indices, or `void`, one image after another.
  public let masks: [UInt8]
  /// The name of each class.
  public let classNames: [String]

  /// Creates a set; traps unless there is a class, or `void`, for every pixel.
  public init(images: ImageSet, masks: [UInt8], classNames: [String]) {
    precondition(
      masks.count == images.count * images.height * images.width,
      "\(masks.count) pixels of masks for \(images.count) images of \(images.height) × \(images.width)")
    precondition(
      masks.allSatisfy { $0 == SegmentationSet.void || Int($0) < classNames.count },
      "a mask names a class beyond the \(classNames.count) there are")
    self.images = images
    self.masks = masks
    self.classNames = classNames
  }

  /// The number of images.
  public var count: Int { images.count }

  /// Pixels of one image.
  public var pixels: Int { images.height * images.width }

  /// The masks of the images at `indices`, one after another, each mirrored left to right where `flipped` says so.
  public func masks(at indices: [Int], flipped: [Bool] = []) -> [UInt8] {
    var chosen: [UInt8] = []
    chosen.reserveCapacity(indices.count * pixels)
    for (place, index) in indices.enumerated() {
      let mask = masks[index * pixels..<(index + 1) * pixels]
      guard !flipped.isEmpty, flipped[place] else {
        chosen += mask
        continue
      }
      for row in 0..<images.height {
        let start = mask.startIndex + row * images.width
        chosen += mask[start..<start + images.width].reversed()
      }
    }
    return chosen
  }

  /// The first `count` images, or all where there are fewer.
  public func first(_ count: Int) -> SegmentationSet {
    if count >= self.count { return self }
    return SegmentationSet(
      images: images.first(count), masks: Array(masks[..<(count * pixels)]), classNames: classNames)
  }
}

/// Images with masks to learn from and to measure on.
public struct SegmentationCollection: Sendable {
  /// What heads learn from, and what they are measured on.
  public let training, test: SegmentationSet
  /// Which bytes these are.
  public let identity: DataIdentity

  /// Creates a collection from its parts.
  public init(training: SegmentationSet, test: SegmentationSet, identity: DataIdentity) {
    self.training = training
    self.test = test
    self.identity = identity
  }
}

extension ImageSet {
  /// As few square windows of `side` pixels as cover each image, evenly spaced from edge to edge, image by image and row
  /// by row, without labels; smaller where the images are.
  public func windows(side: Int) -> ImageSet {
    let side = min(side, height, width)
    func starts(_ length: Int) -> [Int] {
      let count = (length + side - 1) / side
      return (0..<count).map { count == 1 ? 0 : $0 * (length - side) / (count - 1) }
    }
    let (tops, lefts) = (starts(height), starts(width))
    var cut: [UInt8] = []
    cut.reserveCapacity(count * tops.count * lefts.count * 3 * side * side)
    for image in 0..<count {
      for top in tops {
        for left in lefts {
          for row in 0..<3 * side {
            let line = (row / side * height + top + row % side) * width + left
            cut += bytes[image * imageSize + line..<image * imageSize + line + side]
          }
        }
      }
    }
    return ImageSet(height: side, width: side, bytes: cut, labels: [], classNames: [])
  }
}
