import Crypto
import Foundation
import Recipes
import Tensors

/// A folder of one's own images as a data set: its folders are classes, or it is flat and there are none.
///
/// Without a folder of test images, about a fifth of all images is measured on: those whose path says so, by a digest of it,
/// so that an image that is added moves no other one. Images are resized once, and kept in the data directory's cache.
public struct OwnImagesFolder: Sendable {
  /// The sides that images may be resized to; multiples of `sideStep`.
  public static let sides = 16...512
  /// Networks halve images three times and more.
  public static let sideStep = 8
  /// Of how many images one is measured on.
  static let testPart: UInt64 = 5

  let folder: URL
  let testFolder: URL?
  let side: Int

  /// Creates the description of a folder; traps for a side that is not among `sides`.
  public init(_ folder: URL, test: URL? = nil, side: Int = 64) {
    precondition(
      Self.sides.contains(side) && side % Self.sideStep == 0, "images of \(side) pixels a side")
    self.folder = folder.standardizedFileURL
    testFolder = test?.standardizedFileURL
    self.side = side
  }

  /// Which part of which data set this is, shortened as `other` is.
  public func reference(like other: DatasetReference) -> DatasetReference {
    DatasetReference(
      .images, limit: other.limit, holdsOutTail: other.holdsOutTail, percent: other.percent, side: side)
  }

  /// Reads the images that `part` asks for, decoded or from the cache in `directory`; tells `say` what was found.
  ///
  /// Throws `DataError`: no images, classes that cannot be told, a picture that cannot be read, more than memory holds.
  public func load(
    _ part: DatasetReference, cache directory: URL, say: (String) -> Void = { _ in }
  ) throws(DataError) -> ImageCollection {
    let listing = try listing()
    if listing.classNames.isEmpty, let percent = part.percent {
      throw .foreign(
        path: folder.path, detail: "no classes, and this experiment learns from \(percent) % of each",
        advice: "Put the images of each class into a folder of their own")
    }
    say(listing.summary(side: side))
    let content = try content(listing, directory)
    func images(_ bytes: [UInt8], _ examples: [Listing.Example]) -> ImageSet {
      ImageSet(
        height: side, width: side, bytes: bytes, labels: examples.compactMap(\.label),
        classNames: listing.classNames)
    }
    let (training, test) = (images(content.training, listing.training), images(content.test, listing.test))
    let digest = listing.digest(with: content.sha256)
    let identity = DataIdentity(
      name: DatasetReference.Name.images.rawValue, kind: "custom:\(digest.prefix(12))", digest: digest)
    let colors = Standardization(ofAnyColors: training)
    var collection = part.collection(training, test, identity)
    collection.own = OwnImages(
      folder: folder.path, testFolder: testFolder?.path, side: side, training: training.count,
      test: test.count, classNames: listing.classNames, mean: colors.mean, deviation: colors.deviation)
    return collection
  }

  // MARK: Decoding

  private func content(
    _ listing: Listing, _ directory: URL
  ) throws(DataError) -> DecodedImages.Content {
    let size = 3 * side * side
    try checkMemory(size * (listing.training.count + listing.test.count))
    let digests = DigestCache(directory: directory)
    let own = try digests.combined(listing.names, in: folder)
    let other = try testFolder.map { (url) throws(DataError) in
      try digests.combined(listing.testNames, in: url)
    }
    let source = "own images, version 1, \(side) pixels, \(own), \(other ?? "split")"
    return try DecodedImages(directory: directory).content(
      of: SHA256.hash(data: Data(source.utf8)).hexadecimal, training: size * listing.training.count,
      test: size * listing.test.count
    ) { () throws(DataError) in
      (try decoded(listing.training), try decoded(listing.test))
    }
  }

  /// All images are held in memory: half of it is theirs.
  private func checkMemory(_ bytes: Int) throws(DataError) {
    let memory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    guard bytes <= memory / 2 else {
      throw .foreign(
        path: folder.path,
        detail:
          "\(bytes >> 20) MiB of images at \(side) × \(side) pixels, more than half of \(memory >> 20) here",
        advice: "Choose a smaller --side, or fewer images")
    }
  }

  private func decoded(_ examples: [Listing.Example]) throws(DataError) -> [UInt8] {
    let decoded = DecodedPictures(count: examples.count, size: 3 * side * side) { index throws(DataError) in
      try Photograph.planes(of: examples[index].url, side: side)
    }
    let found = decoded.failures
    guard let first = found.first else { return decoded.bytes }
    guard found.count > 1 else { throw first }
    throw .foreign(
      path: folder.path, detail: "\(found.count) pictures that cannot be read, of which one is this",
      advice: first.description.hasSuffix(".") ? String(first.description.dropLast()) : first.description)
  }
}

extension Standardization {
  /// The colours of `images`, whose deviation counts as one level at least: a drawing may lack a colour.
  fileprivate init(ofAnyColors images: ImageSet) {
    let (mean, deviation) = Standardization.colors(of: images)
    self.init(mean: mean, deviation: deviation.map { max($0, 1 / 255) })
  }

  /// Those of a folder of one's own.
  public init(_ own: OwnImages) { self.init(mean: own.mean, deviation: own.deviation) }
}

extension ImageCollection {
  /// What colours are freed of: measured on images of one's own, else the usual one of `dataset`.
  public func standardization(of dataset: DatasetReference) -> Standardization {
    own.map { Standardization($0) } ?? .of(dataset.name)
  }
}
