import Tensors
import Vision

/// Images of 32 × 32 pixels that show nothing: what an image shows costs the same.
struct RandomImages {
  /// The images, with labels of ten classes.
  let set: ImageSet

  /// `count` images; after the first `distinctCount` of them they begin again.
  init(count: Int, distinctCount: Int = .max) {
    let imageSize = 3 * 32 * 32
    let distinctBytes = min(count, distinctCount) * imageSize
    let bytes = [UInt8](unsafeUninitializedCapacity: count * imageSize) { buffer, filled in
      var random = Random(seed: 0, stream: "benchmark images")
      let target = UnsafeMutableRawPointer(buffer.baseAddress!)
      for start in stride(from: 0, to: distinctBytes, by: 8) {
        target.storeBytes(of: random.next(), toByteOffset: start, as: UInt64.self)
      }
      for start in stride(from: distinctBytes, to: count * imageSize, by: distinctBytes) {
        (target + start).copyMemory(from: target, byteCount: min(distinctBytes, count * imageSize - start))
      }
      filled = count * imageSize
    }
    set = ImageSet(
      height: 32, width: 32, bytes: bytes, labels: (0..<count).map { $0 % min(count, distinctCount) % 10 },
      classNames: (0..<10).map { "class \($0)" })
  }
}
