import Crypto
import Foundation
import Tensors

/// Procedural images, 32 × 32: ten classes, two outlines with any of five textures.
///
/// Place, size, tilt, light, contrast, tint, ground and clutter vary from image to image and say nothing of the class. Drawn
/// with IEEE arithmetic and square roots alone: the same bytes on every machine, whatever its mathematics library.
public enum Shapes {
  /// Pixels per side.
  public static let side = 32

  /// Texture and outline of each class.
  public static let classNames = ShapeOutline.allCases.flatMap { outline in
    ShapeTexture.Pattern.allCases.map { "\($0.rawValue) \(outline.rawValue)" }
  }

  /// 5,000 training images and 1,000 test images, drawn when first asked for.
  public static let standard = (
    training: images(5_000, seed: 0, stream: "shapes.training"),
    test: images(1_000, seed: 0, stream: "shapes.test")
  )

  /// Draws `count` images; the label of image i is i modulo 10, so that any run of them is balanced.
  public static func images(_ count: Int, seed: UInt64, stream: String) -> ImageSet {
    let imageSize = 3 * side * side
    let bytes = [UInt8](unsafeUninitializedCapacity: count * imageSize) { buffer, initialized in
      nonisolated(unsafe) let pixels = buffer.baseAddress!
      WorkerPool.forEachRange(of: count) { range in
        for index in range {
          var random = Random(seed: seed, stream: stream, index: index)
          let scene = ShapeScene(label: index % 10, using: &random)
          scene.draw(into: pixels + index * imageSize, using: &random)
        }
      }
      initialized = count * imageSize
    }
    return ImageSet(
      height: side, width: side, bytes: bytes, labels: (0..<count).map { $0 % 10 }, classNames: classNames)
  }

  /// Which bytes the standard images are: a digest of the images themselves.
  static let identity: DataIdentity = {
    var hash = SHA256()
    for set in [standard.training, standard.test] {
      set.bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    }
    return DataIdentity(
      name: DatasetReference.Name.shapes.rawValue, kind: "synthetic", digest: hash.finalize().hexadecimal)
  }()
}
