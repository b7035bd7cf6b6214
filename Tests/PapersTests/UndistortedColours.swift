import Tensors
import Vision

extension ImageSet {
  /// 64 images of 16 × 16, each with a colour of its own, which nothing distorts.
  static func undistortedColours() -> ImageSet {
    var random = Random(seed: 2, stream: "images")
    var bytes: [UInt8] = []
    for _ in 0..<64 * 3 {
      let level = random.integer(below: 200)
      for _ in 0..<256 { bytes.append(UInt8(level + random.integer(below: 40))) }
    }
    return ImageSet(height: 16, width: 16, bytes: bytes, labels: [], classNames: [])
  }
}
