import Foundation

extension AddedImages {
  /// Reads images from the file at `url`, to be added to `own` ones.
  ///
  /// Nothing in such a file says whether it begins with red or with blue; where its mean colours are nearer to those of the
  /// own images the other way round, it is refused, unless `trustsColors`. Throws an `ArrayFileError`: no such file, another
  /// format, size or order of colours.
  public init(
    contentsOf url: URL, colors: ColorOrder = .rgb, trustsColors: Bool = false, kind: String,
    addedTo own: ImageSet
  ) throws(ArrayFileError) {
    let images = try ImageSet(arrayFile: url, colors: colors, height: own.height, width: own.width)
    guard images.height == own.height && images.width == own.width else {
      throw ArrayFileError(
        path: url.path,
        .unfit(
          "images of \(images.height) × \(images.width) pixels, expected \(own.height) × \(own.width)"))
    }
    if !trustsColors, images.looksReversed(beside: own) {
      throw ArrayFileError(
        path: url.path,
        .unfit(
          "red and blue look exchanged beside the data set's own images. Read it with the colours in the order "
            + "\(colors == .rgb ? "bgr" : "rgb"), or state the order to have it taken as it is"))
    }
    let digest = try AddedImages.digest(of: url, colors: colors)
    self.init(
      images: images, identity: DataIdentity(name: url.lastPathComponent, kind: kind, digest: digest))
  }

  /// The SHA-256 of the file, or over those of a folder's pictures with their paths; where the file alone does not tell how
  /// its bytes become images, over that and how they are read.
  private static func digest(of url: URL, colors: ColorOrder) throws(ArrayFileError) -> String {
    let layout = RawLayout(endingOf: url.lastPathComponent)
    let member = url.archive == nil ? nil : url.lastPathComponent
    let reading = [colors == .rgb ? nil : colors.rawValue, layout?.rawValue, member].compactMap(\.self)
    var files: [(name: String, digest: FileDigest)] = []
    if url.isFolder {
      for (name, file) in try url.pngFiles() { files.append((name, try digest(of: file))) }
    } else {
      let digest = try digest(of: url.archive ?? url)
      if reading.isEmpty { return digest.sha256 }
      files.append(("", digest))
    }
    if !reading.isEmpty, let first = files.first {
      files.append((reading.joined(separator: " "), first.digest))
    }
    return FileDigest.combined(files)
  }

  private static func digest(of file: URL) throws(ArrayFileError) -> FileDigest {
    do throws(DataError) {
      return try FileDigest(of: file)
    } catch {
      throw ArrayFileError(path: file.path, .inaccessible("\(error)"))
    }
  }
}

extension ImageSet {
  /// Whether the mean red and blue lie nearer to those of `own` when they are exchanged, by more than half of what tells
  /// red and blue of `own` apart.
  func looksReversed(beside own: ImageSet) -> Bool {
    let (mine, theirs) = (meanColors, own.meanColors)
    let (difference, expected) = (mine[0] - mine[2], theirs[0] - theirs[2])
    return abs(expected) > 2 && difference * expected < 0 && abs(difference) > abs(expected) / 2
  }

  /// The mean of each colour over all pixels, in 0...255.
  private var meanColors: [Double] {
    let plane = height * width
    var sums = [0, 0, 0]
    for image in 0..<count {
      for channel in 0..<3 {
        let start = image * imageSize + channel * plane
        for byte in bytes[start..<start + plane] { sums[channel] += Int(byte) }
      }
    }
    return sums.map { Double($0) / Double(max(1, count * plane)) }
  }
}
