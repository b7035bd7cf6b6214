import Foundation

extension ImageSet {
  /// Reads the images of a file by its ending: `.npy` and `.npz` of NumPy, of the latter the array called NAME where the path
  /// is `FILE.npz/NAME`; `.hwc.bin`, bytes alone, pixel after pixel;
  /// `.chw.bin`, bytes alone, plane after plane; or the `.png` files of a folder and its subfolders, in the order of their
  /// paths. Images are of `height` × `width` pixels where the file does not say.
  ///
  /// Throws an `ArrayFileError` for another ending and for whatever is wrong with the file.
  public init(
    arrayFile url: URL, colors: ColorOrder = .rgb, height: Int, width: Int
  ) throws(ArrayFileError) {
    if url.hasDirectoryPath || url.isFolder {
      self = try ImageSet(pngsIn: url, colors: colors, height: height, width: width)
      return
    }
    guard FileManager.default.fileExists(atPath: (url.archive ?? url).path) else {
      throw ArrayFileError(path: (url.archive ?? url).path, .inaccessible("there is no such file or folder"))
    }
    let array: ByteArray
    let name = url.lastPathComponent
    if name.hasSuffix(".npy") {
      array = try ByteArray(npy: url)
    } else if name.hasSuffix(".npz") {
      array = try ByteArray(npz: url)
    } else if let archive = url.archive {
      array = try ByteArray(npz: archive, named: name)
    } else if let layout = RawLayout(endingOf: name) {
      array = try ByteArray(raw: url, imageShape: layout.shape(height: height, width: width))
    } else {
      throw ArrayFileError(
        path: url.path,
        .unfit(
          "it is none of .npy, .npz, .hwc.bin (bytes, pixel after pixel), .chw.bin (bytes, plane after plane) and a "
            + "folder of .png files"
        ))
    }
    do throws(ArrayFileError.Problem) {
      self = try array.images(colors: colors)
    } catch {
      throw ArrayFileError(path: url.path, error)
    }
  }
}

/// How bytes alone make up an image, which only the ending of their file tells.
enum RawLayout: String, CaseIterable {
  /// Pixel after pixel.
  case hwc
  /// Plane after plane.
  case chw

  /// The layout that a file called `name` has; `nil` where it is not one of bytes alone.
  init?(endingOf name: String) {
    guard let layout = RawLayout.allCases.first(where: { name.hasSuffix(".\($0.rawValue).bin") }) else {
      return nil
    }
    self = layout
  }

  fileprivate func shape(height: Int, width: Int) -> [Int] {
    self == .hwc ? [height, width, 3] : [3, height, width]
  }
}

extension ByteArray {
  /// The bytes of a whole number of images, each of `imageShape`.
  fileprivate init(raw url: URL, imageShape: [Int]) throws(ArrayFileError) {
    let data = try Data(arrayFile: url)
    let size = imageShape.reduce(1, *)
    let remainder = data.count % size
    guard remainder == 0 else {
      throw ArrayFileError(
        path: url.path, .truncated(found: data.count, expected: data.count - remainder + size))
    }
    self.init(shape: [data.count / size] + imageShape, bytes: Array(data))
  }
}

extension ImageSet {
  /// The `.png` files under `folder` in the order of their paths.
  private init(pngsIn folder: URL, colors: ColorOrder, height: Int, width: Int) throws(ArrayFileError) {
    let files = try folder.pngFiles()
    guard !files.isEmpty else {
      throw ArrayFileError(path: folder.path, .unfit("a folder without any .png file"))
    }
    let size = 3 * height * width
    var bytes: [UInt8] = []
    bytes.reserveCapacity(files.count * size)
    for (_, url) in files {
      do throws(DataError) {
        let file = try PNGFile(url)
        guard file.height == height && file.width == width else {
          throw DataError.malformed(
            path: url.path,
            detail: "found \(file.height) × \(file.width) pixels, expected \(height) × \(width)")
        }
        bytes += try file.planes()
      } catch {
        throw ArrayFileError(error, at: url)
      }
    }
    do throws(ArrayFileError.Problem) {
      self = try ByteArray(shape: [files.count, 3, height, width], bytes: bytes).images(colors: colors)
    } catch {
      throw ArrayFileError(path: folder.path, error)
    }
  }
}

extension URL {
  /// The `.npz` file of which this names an array, as `FILE.npz/NAME`; `nil` for any other path.
  var archive: URL? {
    let file = deletingLastPathComponent()
    return file.lastPathComponent.hasSuffix(".npz") && !file.isFolder ? file : nil
  }

  /// The `.png` files below, with their paths from here, in the order of these.
  func pngFiles() throws(ArrayFileError) -> [(name: String, url: URL)] {
    do throws(DataError) {
      return try FolderWalk.files(in: self, endingIn: [".png"]).map { ($0, appendingPathComponent($0)) }
    } catch {
      throw ArrayFileError(error, at: self)
    }
  }
}

extension ArrayFileError {
  /// What is wrong with a picture, said as of any file of images.
  fileprivate init(_ error: DataError, at url: URL) {
    switch error {
    case .malformed(_, let detail): self.init(path: url.path, .malformed(detail))
    case .wrongSize(_, let found, let expected):
      self.init(
        path: url.path,
        found < expected ? .truncated(found: found, expected: expected) : .trailing(found - expected))
    case .inaccessible(let path, let reason): self.init(path: path, .inaccessible(reason))
    default: self.init(path: url.path, .malformed("\(error)"))
    }
  }
}
