/// In which order a file keeps the three colours of a pixel; nothing in the file says so.
public enum ColorOrder: String, Sendable, Codable, CaseIterable {
  /// Red, green, blue, as almost everywhere.
  case rgb
  /// Blue, green, red, as OpenCV reads and writes files.
  case bgr
}

extension ByteArray {
  /// `images` as an array of N × height × width × 3, colours in the order red, green, blue.
  public init(_ images: ImageSet) {
    let plane = images.height * images.width
    let bytes = [UInt8](unsafeUninitializedCapacity: images.bytes.count) { buffer, initialized in
      for image in 0..<images.count {
        let start = image * images.imageSize
        for pixel in 0..<plane {
          for channel in 0..<3 {
            buffer[start + 3 * pixel + channel] = images.bytes[start + channel * plane + pixel]
          }
        }
      }
      initialized = images.bytes.count
    }
    self.init(shape: [images.count, images.height, images.width, 3], bytes: bytes)
  }

  /// The images of an array of N × height × width × 3 or N × 3 × height × width with colours in the order of `colors`.
  ///
  /// Throws the `ArrayFileError.Problem` of another shape, of one that fits both, and of no images at all.
  public func images(colors: ColorOrder = .rgb) throws(ArrayFileError.Problem) -> ImageSet {
    guard shape.count == 4, shape.allSatisfy({ $0 > 0 }) else {
      throw .unfit("an array of shape \(shape), expected images × height × width × 3 colours")
    }
    let isInterleaved: Bool
    switch (shape[1] == 3, shape[3] == 3) {
    case (false, true): isInterleaved = true
    case (true, false): isInterleaved = false
    case (true, true): throw .unfit("an array of shape \(shape), of which two axes may be the colours")
    case (false, false): throw .unfit("an array of shape \(shape), no axis of which has 3 colours")
    }
    let (height, width) = isInterleaved ? (shape[1], shape[2]) : (shape[2], shape[3])
    let plane = height * width
    let places = colors == .rgb ? [0, 1, 2] : [2, 1, 0]
    let planes = [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, initialized in
      for start in stride(from: 0, to: bytes.count, by: 3 * plane) {
        for channel in 0..<3 {
          let (from, to) = (start + places[channel] * (isInterleaved ? 1 : plane), start + channel * plane)
          let step = isInterleaved ? 3 : 1
          for pixel in 0..<plane { buffer[to + pixel] = bytes[from + step * pixel] }
        }
      }
      initialized = bytes.count
    }
    return ImageSet(height: height, width: width, bytes: planes, labels: [], classNames: [])
  }
}
