/// Images that may be added to a data set's own, and which bytes they are.
public struct AddedImages: Sendable {
  /// The images, of the size of the data set's own.
  public let images: ImageSet
  /// Where they come from.
  public let identity: DataIdentity

  /// Creates added images.
  public init(images: ImageSet, identity: DataIdentity) {
    self.images = images
    self.identity = identity
  }

  /// `count` procedural images in place of those from `source`: enough to show that everything works, and nothing else.
  public static func standIn(
    for source: Inflation.Source, count: Int, side: Int = Shapes.side
  ) -> AddedImages {
    let name = "shapes.\(source.rawValue)"
    return AddedImages(
      images: Shapes.images(count, seed: 1, stream: name).resized(to: side),
      identity: DataIdentity(name: name, kind: "synthetic", digest: "\(name), \(count) images"))
  }
}

/// A data set's own images and others added to them, of which the own ones count several times: the list that a pass
/// visits once.
///
/// It begins with every own image, as often as its weight says, and ends with the added ones. Places in it are not images:
/// an image that stands in it ten times has ten places, and views of its own at each.
public struct Mixture: Sendable {
  /// The own images, then the added ones.
  public let images: ImageSet
  /// How many of them are own.
  public let ownCount: Int
  /// How often each of those stands in the list.
  public let ownWeight: Int

  /// A list of own images, each once.
  public init(_ images: ImageSet) {
    (self.images, ownCount, ownWeight) = (images, images.count, 1)
  }

  /// A list of `own` images, each `weight` times, and of `added` ones; no labels remain. Traps unless all have one size and
  /// the weight is positive.
  public init(own: ImageSet, weight: Int, added: ImageSet) {
    precondition(weight > 0, "own images with a weight of \(weight)")
    precondition(
      own.height == added.height && own.width == added.width,
      "images of \(own.height) × \(own.width) and of \(added.height) × \(added.width) pixels in one mixture")
    images = ImageSet(
      height: own.height, width: own.width, bytes: own.bytes + added.bytes, labels: [], classNames: [])
    (ownCount, ownWeight) = (own.count, weight)
  }

  /// How long the list is.
  public var count: Int { images.count + (ownWeight - 1) * ownCount }

  /// The part of the list that are own images.
  public var ownShare: Double { Double(ownWeight * ownCount) / Double(count) }

  /// The image at `place` of the list.
  public func image(at place: Int) -> Int {
    place < ownWeight * ownCount ? place % ownCount : place - (ownWeight - 1) * ownCount
  }

  /// `batches` of places, in which those that would bring an image into a batch twice are exchanged with places of the
  /// batches that follow, the first after the last.
  ///
  /// An image that is twice in a batch is a negative of itself. The same batches where no image stands in the list more
  /// than once; what cannot be helped, since there are fewer batches than an image has places, stays.
  public func separated(_ batches: [[Int]]) -> [[Int]] {
    if ownWeight == 1 || ownWeight > batches.count { return batches }
    var batches = batches
    var counts = batches.map { batch in
      Dictionary(batch.map { (image(at: $0), 1) }, uniquingKeysWith: +)
    }
    for batch in batches.indices {
      for index in batches[batch].indices {
        let own = image(at: batches[batch][index])
        guard counts[batch][own]! > 1,
          let (other, place) = partner(of: own, in: batch, batches, counts)
        else { continue }
        let theirs = image(at: batches[other][place])
        (batches[batch][index], batches[other][place]) = (batches[other][place], batches[batch][index])
        counts[batch][own]! -= 1
        counts[other][theirs]! -= 1
        counts[batch][theirs, default: 0] += 1
        counts[other][own, default: 0] += 1
      }
    }
    return batches
  }

  /// A place of another batch whose image is not in `batch`, where that other batch has none of `own`.
  private func partner(
    of own: Int, in batch: Int, _ batches: [[Int]], _ counts: [[Int: Int]]
  ) -> (batch: Int, index: Int)? {
    for step in 1..<max(2, batches.count) {
      let other = (batch + step) % batches.count
      if other == batch || counts[other][own, default: 0] > 0 { continue }
      if let index = batches[other].firstIndex(where: { counts[batch][image(at: $0), default: 0] == 0 }) {
        return (other, index)
      }
    }
    return nil
  }
}
