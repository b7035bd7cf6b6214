import Foundation

extension ImageSet {
  /// Reads the images of a file by its ending: `.npy` and `.npz` of NumPy; `.hwc.bin`, bytes alone, pixel after pixel;
  /// `.chw.bin`, bytes alone, plane after plane. Bytes alone are images of `height` × `width` pixels.
  ///
  /// Throws an `ArrayFileError` for another ending and for whatever is wrong with the file.
  public init(
    arrayFile url: URL, colors: ColorOrder = .rgb, height: Int, width: Int
  ) throws(ArrayFileError) {
    let array: ByteArray
    let name = url.lastPathComponent
    if name.hasSuffix(".npy") {
      array = try ByteArray(npy: url)
    } else if name.hasSuffix(".npz") {
      array = try ByteArray(npz: url)
    } else if name.hasSuffix(".hwc.bin") {
      array = try ByteArray(raw: url, imageShape: [height, width, 3])
    } else if name.hasSuffix(".chw.bin") {
      array = try ByteArray(raw: url, imageShape: [3, height, width])
    } else {
      throw ArrayFileError(
        path: url.path,
        .unfit(
          "it is none of .npy, .npz, .hwc.bin (bytes, pixel after pixel) and .chw.bin (bytes, plane after plane)"
        ))
    }
    do throws(ArrayFileError.Problem) {
      self = try array.images(colors: colors)
    } catch {
      throw ArrayFileError(path: url.path, error)
    }
  }
}

extension ByteArray {
  /// The bytes of a whole number of images, each of `imageShape`.
  fileprivate init(raw url: URL, imageShape: [Int]) throws(ArrayFileError) {
    let data: Data
    do {
      data = try Data(contentsOf: url, options: .alwaysMapped)
    } catch {
      throw ArrayFileError(path: url.path, .inaccessible(error.localizedDescription))
    }
    let size = imageShape.reduce(1, *)
    let remainder = data.count % size
    guard remainder == 0 else {
      throw ArrayFileError(
        path: url.path, .truncated(found: data.count, expected: data.count - remainder + size))
    }
    self.init(shape: [data.count / size] + imageShape, bytes: Array(data))
  }
}
