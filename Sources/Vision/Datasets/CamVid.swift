import Foundation
import Tensors

/// Reads CamVid in the folders of the SegNet tutorial: street scenes with a class for every pixel, at any resolution.
///
/// Brostow, Fauqueur, Cipolla. “Semantic Object Classes in Video: A High-Definition Ground Truth Database.” Pattern
/// Recognition Letters 30, 2009; the split and the eleven classes are those of Badrinarayanan, Kendall, Cipolla. “SegNet.”
/// arXiv:1511.00561. `train`, `val` and `test` hold frames as PNG, `trainannot`, `valannot` and `testannot` masks of the
/// same names whose gray level or place in the palette is the class; 11 is void.
struct CamVid {
  /// One of the three pairs of folders.
  enum Split: String, CaseIterable {
    case train, val, test
  }

  static let classNames = [
    "sky", "building", "pole", "road", "pavement", "tree", "sign", "fence", "car", "pedestrian", "bicyclist",
  ]
  /// Pixels per side of the windows that pre-training sees.
  static let windowSide = 96

  let folder: URL

  /// The frames of `split` in the order of their names with their masks; throws `DataError` naming the file at fault.
  func frames(_ split: Split) throws(DataError) -> SegmentationSet {
    let names = CamVid.names(in: folder, split)
    guard let first = names.first else {
      throw .missingFile(path: folder.path + "/\(split.rawValue)/*.png", set: "camvid")
    }
    let frame = try PNGFile(url(split.rawValue, first))
    let reader = FrameReader(folder: folder, split: split, names: names, first: frame)
    return try reader.read()
  }

  private func url(_ folder: String, _ name: String) -> URL {
    self.folder.appendingPathComponent(folder).appendingPathComponent(name)
  }

  /// Every file that the data set's identity covers, sorted by name; where a folder holds none, a name that no file has.
  static func files(in folder: URL) -> [DataFile] {
    Split.allCases.flatMap { split in
      let names = names(in: folder, split)
      return ["", "annot"].flatMap { suffix in
        (names.isEmpty ? ["*.png"] : names).map { DataFile("\(split.rawValue)\(suffix)/\($0)") }
      }
    }
    .sorted { $0.name < $1.name }
  }

  /// The names of a split's frames and masks, sorted: each should be in both folders.
  private static func names(in folder: URL, _ split: Split) -> [String] {
    let names = ["", "annot"].flatMap { suffix in
      let url = folder.appendingPathComponent(split.rawValue + suffix)
      return (try? FolderWalk.files(in: url, endingIn: [".png"], isDeep: false)) ?? []
    }
    return Set(names).sorted()
  }
}

/// Decodes the frames and masks of one split, file by file on every core.
private struct FrameReader {
  let folder: URL
  let split: CamVid.Split
  let names: [String]
  /// The frame whose size all others must have.
  let first: PNGFile

  /// The most pixels of a split's frames together: twice those of the whole original, 701 frames of 960 × 720.
  static let mostPixels = 1_000_000_000

  func read() throws(DataError) -> SegmentationSet {
    let pixels = first.height * first.width * names.count
    guard pixels <= FrameReader.mostPixels else {
      throw .malformed(
        path: folder.appendingPathComponent(split.rawValue).path,
        detail:
          "\(names.count) frames of \(first.width) × \(first.height) pixels are \(pixels) pixels, expected at most "
          + "\(FrameReader.mostPixels)")
    }
    let plane = first.height * first.width
    var (bytes, masks) = ([UInt8](repeating: 0, count: 3 * plane * names.count), [UInt8]())
    masks = [UInt8](repeating: 0, count: plane * names.count)
    var failures = [DataError?](repeating: nil, count: names.count)
    bytes.withUnsafeMutableBufferPointer { bytes in
      masks.withUnsafeMutableBufferPointer { masks in
        failures.withUnsafeMutableBufferPointer { failures in
          WorkerPool.forEachRange(of: names.count) { range in
            for index in range {
              do throws(DataError) {
                let (frame, mask) = try pair(index)
                _ = bytes[(index * 3 * plane)...].update(fromContentsOf: frame)
                _ = masks[(index * plane)...].update(fromContentsOf: mask)
              } catch {
                failures[index] = error
              }
            }
          }
        }
      }
    }
    if let failure = failures.lazy.compactMap({ $0 }).first { throw failure }
    let images = ImageSet(
      height: first.height, width: first.width, bytes: bytes, labels: [], classNames: [])
    guard masks.contains(where: { $0 != SegmentationSet.void }) else {
      throw .malformed(
        path: folder.appendingPathComponent(split.rawValue + "annot").path,
        detail: "found no pixel of any class, expected some: there is nothing to learn or to measure")
    }
    return SegmentationSet(images: images, masks: masks, classNames: CamVid.classNames)
  }

  /// The planes of a frame and the classes of its pixels.
  private func pair(_ index: Int) throws(DataError) -> (frame: [UInt8], mask: [UInt8]) {
    let frame = try file(split.rawValue, index).planes()
    let maskFile = try file(split.rawValue + "annot", index)
    var mask = try maskFile.indices()
    let classes = UInt8(CamVid.classNames.count)
    for place in mask.indices where mask[place] >= classes {
      guard mask[place] == classes else {
        throw .labelOutOfRange(
          path: url(split.rawValue + "annot", index).path, image: index, found: Int(mask[place]),
          valid: 0...Int(classes))
      }
      mask[place] = SegmentationSet.void
    }
    return (frame, mask)
  }

  private func file(_ folder: String, _ index: Int) throws(DataError) -> PNGFile {
    let url = url(folder, index)
    let file = try PNGFile(url)
    guard file.height == first.height, file.width == first.width else {
      throw .malformed(
        path: url.path,
        detail:
          "found \(file.width) × \(file.height) pixels, expected \(first.width) × \(first.height) as in "
          + "\(split.rawValue)/\(names[0])")
    }
    return file
  }

  private func url(_ folder: String, _ index: Int) -> URL {
    self.folder.appendingPathComponent(folder).appendingPathComponent(names[index])
  }
}
