import Foundation

/// Reads CIFAR-10 and CIFAR-100 in their official forms.
///
/// Krizhevsky. “Learning Multiple Layers of Features from Tiny Images.” 2009. The binary form is one record per image: a
/// label byte (CIFAR-100: superclass, then class) and 3 × 1,024 bytes, red, green, blue, row by row. The Python form
/// holds the same numbers in a pickled dictionary per file.
struct CIFAR: Sendable {
  static let side = 32
  static let imageSize = 3 * side * side

  let classNames: [String]
  /// The largest value of each label byte in front of an image; the last one is the class.
  let labelBounds: [Int]
  /// The pickled dictionary's key of the labels.
  let labelKey: String
  let trainingFiles, testFiles: [(name: String, images: Int)]

  /// CIFAR-10 in files of `imagesPerFile` images.
  static func ten(imagesPerFile: Int = 10_000) -> CIFAR {
    CIFAR(
      classNames: ten, labelBounds: [9], labelKey: "labels",
      trainingFiles: (1...5).map { ("data_batch_\($0)", imagesPerFile) },
      testFiles: [("test_batch", imagesPerFile)])
  }

  /// CIFAR-100 with files of so many images; the labels are the 100 classes.
  static func hundred(training: Int = 50_000, test: Int = 10_000) -> CIFAR {
    CIFAR(
      classNames: hundred, labelBounds: [19, 99], labelKey: "fine_labels",
      trainingFiles: [("train", training)], testFiles: [("test", test)])
  }

  /// Reads the training and test images in `folder`; throws `DataError` naming the file at fault.
  func read(_ folder: URL, _ format: DataForm.Format) throws(DataError) -> (
    training: ImageSet, test: ImageSet
  ) {
    (try read(trainingFiles, in: folder, format), try read(testFiles, in: folder, format))
  }

  private func read(
    _ files: [(name: String, images: Int)], in folder: URL, _ format: DataForm.Format
  ) throws(DataError) -> ImageSet {
    let count = files.reduce(0) { $0 + $1.images }
    var bytes: [UInt8] = []
    var labels: [Int] = []
    bytes.reserveCapacity(count * CIFAR.imageSize)
    labels.reserveCapacity(count)
    for file in files {
      switch format {
      case .binary:
        let url = folder.appendingPathComponent(file.name + ".bin")
        try readBinary(url, images: file.images, &bytes, &labels)
      case .pickle:
        let url = folder.appendingPathComponent(file.name)
        try readPickle(url, images: file.images, &bytes, &labels)
      case .frames, .classFolders: preconditionFailure("CIFAR has no form in pictures")
      }
    }
    return ImageSet(
      height: CIFAR.side, width: CIFAR.side, bytes: bytes, labels: labels, classNames: classNames)
  }

  private func readBinary(
    _ url: URL, images: Int, _ bytes: inout [UInt8], _ labels: inout [Int]
  ) throws(DataError) {
    let data = try DataFile.map(url)
    let stride = labelBounds.count + CIFAR.imageSize
    guard data.count == images * stride else {
      throw .wrongSize(path: url.path, found: data.count, expected: images * stride)
    }
    let wrong: DataError? = data.withUnsafeBytes { data in
      for image in 0..<images {
        let record = UnsafeRawBufferPointer(rebasing: data[image * stride..<(image + 1) * stride])
        for (place, bound) in labelBounds.enumerated() where record[place] > bound {
          return .labelOutOfRange(path: url.path, image: image, found: Int(record[place]), valid: 0...bound)
        }
        labels.append(Int(record[labelBounds.count - 1]))
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: record[labelBounds.count...]))
      }
      return nil
    }
    if let wrong { throw wrong }
  }

  private func readPickle(
    _ url: URL, images: Int, _ bytes: inout [UInt8], _ labels: inout [Int]
  ) throws(DataError) {
    let content = try PickledDictionary(contentsOf: url)
    let found = try content.integers(labelKey)
    guard found.count == images else {
      throw .malformed(path: url.path, detail: "\(found.count) labels, expected \(images)")
    }
    for (image, label) in found.enumerated() where !classNames.indices.contains(label) {
      throw .labelOutOfRange(path: url.path, image: image, found: label, valid: 0...classNames.count - 1)
    }
    labels += found
    try content.appendRows("data", rows: images, columns: CIFAR.imageSize, to: &bytes)
  }
}

extension DataFile {
  /// The content of the file at `url`, paged in as it is read.
  static func map(_ url: URL) throws(DataError) -> Data {
    do {
      return try Data(contentsOf: url, options: .alwaysMapped)
    } catch {
      throw .inaccessible(path: url.path, reason: error.localizedDescription)
    }
  }
}
