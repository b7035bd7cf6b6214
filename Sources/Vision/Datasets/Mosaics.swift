import Tensors

/// A dense task made of labelled images alone: mosaics of them, and for every pixel the class of the image it lies in.
///
/// Mosaic i is a function of its seed and i: each cell shows an image drawn at random. Those to learn from are made of
/// training images, those to measure on of test images.
public struct Mosaics: Sendable, Hashable, Codable {
  /// Mosaics to learn from, and to measure on.
  public var training, test: Int
  /// Images along each side.
  public var cells: Int

  /// Creates a task; traps unless all numbers are positive.
  public init(training: Int = 1_000, test: Int = 500, cells: Int = 4) {
    precondition(
      training > 0 && test > 0 && cells > 0, "\(training) and \(test) mosaics of \(cells) cells a side")
    self.training = training
    self.test = test
    self.cells = cells
  }

  /// The mosaics of a collection's labelled images, the same ones for everybody; `nil` where images have no labels.
  public func collection(of images: ImageCollection) -> SegmentationCollection? {
    sets(training: images.training, test: images.test).map {
      SegmentationCollection(training: $0.training, test: $0.test, identity: images.identity)
    }
  }

  /// The mosaics of labelled images, the same ones for everybody; `nil` where images have no labels.
  public func sets(
    training: ImageSet, test: ImageSet
  ) -> (training: SegmentationSet, test: SegmentationSet)? {
    guard !training.labels.isEmpty, !test.labels.isEmpty else { return nil }
    return (
      mosaics(self.training, of: training, stream: "mosaics.training"),
      mosaics(self.test, of: test, stream: "mosaics.test")
    )
  }

  /// `count` mosaics of `images`, which have labels; drawn from `stream` of `seed`.
  func mosaics(_ count: Int, of images: ImageSet, seed: UInt64 = 0, stream: String) -> SegmentationSet {
    precondition(images.count > 0 && !images.labels.isEmpty, "mosaics of images without labels")
    let (height, width) = (cells * images.height, cells * images.width)
    let plane = height * width
    var bytes = [UInt8](repeating: 0, count: 3 * plane * count)
    var masks = [UInt8](repeating: 0, count: plane * count)
    for mosaic in 0..<count {
      var random = Random(seed: seed, stream: stream, index: mosaic)
      for cell in 0..<cells * cells {
        let image = random.integer(below: images.count)
        let label = UInt8(images.labels[image])
        for row in 0..<3 * images.height {
          let (channel, inside) = (row / images.height, row % images.height)
          let line = (cell / cells * images.height + inside) * width + cell % cells * images.width
          let source = image * images.imageSize + row * images.width
          let target = (3 * mosaic + channel) * plane + line
          for column in 0..<images.width { bytes[target + column] = images.bytes[source + column] }
          guard channel == 0 else { continue }
          for column in 0..<images.width { masks[mosaic * plane + line + column] = label }
        }
      }
    }
    return SegmentationSet(
      images: ImageSet(height: height, width: width, bytes: bytes, labels: [], classNames: []), masks: masks,
      classNames: images.classNames)
  }
}

extension ImageCollection {
  /// The images with masks that go with these: their segmentation, or a few mosaics where the suite draws the images itself
  /// and they stand in for photographs.
  public var frames: SegmentationCollection? {
    segmentation
      ?? (identity.isSynthetic ? Mosaics(training: 64, test: 32, cells: 2).collection(of: self) : nil)
  }
}
