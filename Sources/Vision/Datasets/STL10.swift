import Foundation

/// Reads STL-10 in its official binary form: 96 × 96 images of 10 classes, and 100,000 of unknown class.
///
/// Coates, Lee, Ng. “An Analysis of Single-Layer Networks in Unsupervised Feature Learning.” AISTATS 2011. Images are
/// three planes, red, green, blue, each column by column; labels count from 1.
public struct STL10: Sendable {
  /// The images that a probe may learn from or be measured on; the unlabelled ones are no case of it.
  public enum LabeledSplit: Sendable, Hashable {
    /// 5,000 images to learn from.
    case train
    /// 8,000 images to measure on.
    case test
    /// One of the ten published thousands of training images, 0 to 9.
    case fold(Int)
  }

  static let side = 96
  static let imageSize = 3 * side * side
  static let classNames = [
    "airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck",
  ]

  let folder: URL
  let trainingCount, testCount, unlabeledCount: Int

  /// Creates a reader of the files in `folder`, which is called `stl10_binary` in the archive.
  public init(folder: URL) {
    self.init(folder: folder, trainingCount: 5_000, testCount: 8_000, unlabeledCount: 100_000)
  }

  init(folder: URL, trainingCount: Int, testCount: Int, unlabeledCount: Int) {
    self.folder = folder
    self.trainingCount = trainingCount
    self.testCount = testCount
    self.unlabeledCount = unlabeledCount
  }

  /// The images of a split with their labels; throws `DataError` naming the file at fault.
  public func labeled(_ split: LabeledSplit) throws(DataError) -> ImageSet {
    switch split {
    case .train: try labeled("train", count: trainingCount)
    case .test: try labeled("test", count: testCount)
    case .fold(let fold): try labeled("train", count: trainingCount).subset(indices(ofFold: fold))
    }
  }

  /// What pre-training sees: the training images, then at most `limit` in all with the unlabelled ones; no labels.
  ///
  /// Leaves the last `heldOut` training images away.
  public func pretraining(limit: Int? = nil, heldOut: Int = 0) throws(DataError) -> ImageSet {
    let labeled = min(trainingCount - heldOut, limit ?? .max)
    let unlabeled = min(unlabeledCount, (limit ?? .max) - labeled)
    var bytes: [UInt8] = []
    bytes.reserveCapacity((labeled + unlabeled) * STL10.imageSize)
    try appendImages("train_X.bin", first: labeled, of: trainingCount, to: &bytes)
    if unlabeled > 0 { try appendImages("unlabeled_X.bin", first: unlabeled, of: unlabeledCount, to: &bytes) }
    return ImageSet(
      height: STL10.side, width: STL10.side, bytes: bytes, labels: [], classNames: STL10.classNames)
  }

  private func labeled(_ name: String, count: Int) throws(DataError) -> ImageSet {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * STL10.imageSize)
    try appendImages("\(name)_X.bin", first: count, of: count, to: &bytes)
    return ImageSet(
      height: STL10.side, width: STL10.side, bytes: bytes, labels: try labels("\(name)_y.bin", count: count),
      classNames: STL10.classNames)
  }

  private func labels(_ name: String, count: Int) throws(DataError) -> [Int] {
    let url = folder.appendingPathComponent(name)
    let data = try DataFile.map(url)
    guard data.count == count else { throw .wrongSize(path: url.path, found: data.count, expected: count) }
    for (image, label) in data.enumerated() where label < 1 || label > 10 {
      throw .labelOutOfRange(path: url.path, image: image, found: Int(label), valid: 1...10)
    }
    return data.map { Int($0) - 1 }
  }

  private func appendImages(
    _ name: String, first count: Int, of total: Int, to bytes: inout [UInt8]
  ) throws(DataError) {
    let url = folder.appendingPathComponent(name)
    let data = try DataFile.map(url)
    guard data.count == total * STL10.imageSize else {
      throw .wrongSize(path: url.path, found: data.count, expected: total * STL10.imageSize)
    }
    let side = STL10.side
    data.withUnsafeBytes { data in
      for plane in 0..<3 * count {
        let columns = UnsafeRawBufferPointer(rebasing: data[plane * side * side..<(plane + 1) * side * side])
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: side * side) { rows in
          for row in 0..<side {
            for column in 0..<side { rows[row * side + column] = columns[column * side + row] }
          }
          bytes.append(contentsOf: rows)
        }
      }
    }
  }

  /// The training images of one of the ten published folds.
  func indices(ofFold fold: Int) throws(DataError) -> [Int] {
    precondition((0..<10).contains(fold), "STL-10 has folds 0 to 9, not \(fold)")
    let url = folder.appendingPathComponent("fold_indices.txt")
    let data = try DataFile.map(url)
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    guard lines.count == 10 else {
      throw .malformed(path: url.path, detail: "\(lines.count) lines, expected one for each of 10 folds")
    }
    let words = lines[fold].split(whereSeparator: \.isWhitespace)
    let indices = words.compactMap { Int($0) }
    guard indices.count == words.count, indices.allSatisfy({ (0..<trainingCount).contains($0) }) else {
      throw .malformed(
        path: url.path, detail: "line \(fold + 1) holds what is no index of \(trainingCount) training images")
    }
    return indices
  }
}
