import Foundation

extension DatasetReference {
  /// Reads the data set from `directory`, after checking which bytes its files hold.
  ///
  /// `percent` and `limit` shorten the images of pre-training and those that probes learn from, never the test images.
  /// `holdsOutTail` makes the last 5,000 training images (at most a fifth of them) the test set, and takes them from
  /// training and pre-training; with `percent`, those of them that belong to the scarce images stay there. Throws
  /// `DataError`: nothing there, a file missing, truncated, oversized or malformed, a label out of range, and unknown content
  /// unless `acceptingDigest`.
  public func load(
    from directory: URL = DataStore.defaultDirectory, acceptingDigest: Bool = false
  ) throws(DataError) -> ImageCollection {
    if name == .shapes { return collection(Shapes.standard.training, Shapes.standard.test, Shapes.identity) }
    let folder = try DataFolder(of: name, in: directory)
    let identity = try folder.identity(
      cache: DigestCache(directory: directory), acceptingDigest: acceptingDigest)
    return try collection(
      folder, identity, DecodedImages(directory: directory), acceptingDigest: acceptingDigest)
  }

  /// Reads the files of `folder`.
  fileprivate func collection(
    _ folder: DataFolder, _ identity: DataIdentity, _ kept: DecodedImages, acceptingDigest: Bool
  ) throws(DataError) -> ImageCollection {
    switch name {
    case .camvid: return try collection(CamVid(folder: folder.url), identity)
    case .stl10: return try collection(STL10(folder: folder.url), identity)
    case .tinyImageNet100, .tinyImageNet200:
      let files = TinyImageNet(folder: folder.url, classCount: classCount)
      return try collection(files, identity, folder.form, kept, acceptingDigest: acceptingDigest)
    case .images: preconditionFailure("images of one's own lie in no folder of data sets")
    case .cifar10, .cifar100, .shapes:
      let reader = name == .cifar10 ? CIFAR.ten() : CIFAR.hundred()
      let (training, test) = try reader.read(folder.url, folder.form.format)
      return collection(training, test, identity)
    }
  }

  /// A collection whose pre-training images are the training images.
  func collection(_ training: ImageSet, _ test: ImageSet, _ identity: DataIdentity) -> ImageCollection {
    if let percent { return scarceCollection(percent, training, test, identity) }
    let (kept, measured) = split(training) { test }
    let used = kept.first(limit ?? .max)
    return ImageCollection(pretraining: used, training: used, test: measured, identity: identity)
  }

  /// A collection of few training images, the same ones whether the tail is held out or not, so that a generator trained on
  /// them has seen no image that anything is measured on.
  private func scarceCollection(
    _ percent: Int, _ training: ImageSet, _ test: ImageSet, _ identity: DataIdentity
  ) -> ImageCollection {
    let chosen = LabelledSubset(percent: percent).indices(of: training.labels)
    let isChosen = Set(chosen)
    let kept = holdsOutTail ? training.count - DatasetReference.tail(of: training.count) : training.count
    let used = training.subset(limit.map { Array(chosen.prefix($0)) } ?? chosen)
    let tail = training.subset((kept..<training.count).filter { !isChosen.contains($0) })
    return ImageCollection(
      pretraining: used, training: used, test: holdsOutTail ? tail : test, identity: identity,
      unused: training.subset((0..<kept).filter { !isChosen.contains($0) }))
  }

  /// How many of `count` training images are held out.
  private static func tail(of count: Int) -> Int { min(5_000, count / 5) }

  /// STL-10's collection: it pre-trains on the training and the unlabelled images.
  func collection(_ files: STL10, _ identity: DataIdentity) throws(DataError) -> ImageCollection {
    precondition(percent == nil, "STL-10 has unlabelled images, of which no class has a share")
    let training = try files.labeled(.train)
    let (kept, measured) = try split(training) { () throws(DataError) in try files.labeled(.test) }
    let pretraining = try files.pretraining(limit: limit, heldOut: training.count - kept.count)
    let used = kept.first(limit ?? .max)
    return ImageCollection(pretraining: pretraining, training: used, test: measured, identity: identity)
  }

  /// CamVid's collection: it pre-trains on windows of the training frames, whose masks only the segmentation has.
  func collection(_ files: CamVid, _ identity: DataIdentity) throws(DataError) -> ImageCollection {
    let all = try files.frames(.train)
    let training = all.first(limit ?? .max)
    let test = try files.frames(holdsOutTail ? .val : .test)
    let windows = all.images.windows(side: CamVid.windowSide)
    return ImageCollection(
      pretraining: windows.first(limit ?? .max),
      training: training.images, test: test.images, identity: identity,
      segmentation: SegmentationCollection(training: training, test: test, identity: identity))
  }

  /// Tiny ImageNet's collection, measured on its official validation images, which are decoded once and `kept`.
  func collection(
    _ files: TinyImageNet, _ identity: DataIdentity, _ form: DataForm, _ kept: DecodedImages,
    acceptingDigest: Bool
  ) throws(DataError) -> ImageCollection {
    let (listing, size) = (try files.listing(), TinyImageNet.imageSize)
    let content = try kept.content(
      of: identity.digest, training: listing.training.count * size, test: listing.test.count * size
    ) { () throws(DataError) in try files.decoded(listing) }
    func images(_ bytes: [UInt8], _ examples: [TinyImageNet.Example]) -> ImageSet {
      ImageSet(
        height: TinyImageNet.side, width: TinyImageNet.side, bytes: bytes, labels: examples.map(\.label),
        classNames: listing.classNames)
    }
    var identity = identity
    let expected = form.copies.first { $0.value == identity.digest }?.decoded
    if let expected, content.sha256 != expected {
      guard acceptingDigest else {
        throw .decodedOtherwise(path: files.folder.path, found: content.sha256, expected: expected)
      }
      identity.kind = "custom:\(content.sha256.prefix(12))"
      identity.digest = content.sha256
    }
    return collection(
      images(content.training, listing.training), images(content.test, listing.test), identity)
  }

  /// Training and test images, of which the latter are read only when they are used.
  private func split<Failure>(
    _ training: ImageSet, _ test: () throws(Failure) -> ImageSet
  ) throws(Failure) -> (training: ImageSet, test: ImageSet) {
    guard holdsOutTail else { return (training, try test()) }
    let kept = training.count - DatasetReference.tail(of: training.count)
    return (training.slice(0..<kept), training.slice(kept..<training.count))
  }
}

extension DataFolder {
  /// Reads unknown content, which may have any digest and still be nothing that can be read; throws `DataError` then.
  func check(_ identity: DataIdentity) throws(DataError) {
    guard identity.kind.hasPrefix("custom:") else { return }
    _ = try DatasetReference(set).collection(
      self, identity, DecodedImages(directory: url.deletingLastPathComponent()), acceptingDigest: true)
  }
}

extension ImageSet {
  /// The first `count` images, or all where there are fewer.
  public func first(_ count: Int) -> ImageSet { slice(0..<min(count, self.count)) }

  /// The images in `range`.
  func slice(_ range: Range<Int>) -> ImageSet {
    if range == 0..<count { return self }
    return ImageSet(
      height: height, width: width,
      bytes: Array(bytes[range.lowerBound * imageSize..<range.upperBound * imageSize]),
      labels: labels.isEmpty ? [] : Array(labels[range]), classNames: classNames)
  }
}
