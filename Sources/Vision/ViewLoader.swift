import CKernels
import Tensors

/// Makes batches of views: every view a function of (seed, epoch, image, view), whichever thread draws it.
///
/// The work is split over the engine's worker pool; each view goes from the image's bytes to its standardized place in
/// the batch's N × H × W × C tensor in one visit.
public struct ViewLoader: Sendable {
  /// The images that views are made of.
  public let images: ImageSet
  /// One pipeline per view.
  public let augmentations: [Augmentation]
  /// What the colours are freed of.
  public let standardization: Standardization
  /// The numbers that batches are made of: float32 or bfloat16.
  public let dataType: DataType
  private let seed: UInt64
  private let key: UInt64

  /// Creates a loader; traps for a data type that is neither float32 nor bfloat16.
  public init(
    _ images: ImageSet, augmentations: [Augmentation] = [], standardization: Standardization,
    seed: UInt64 = 0,
    dataType: DataType = .float32
  ) {
    precondition(dataType == .float32 || dataType == .bfloat16, "views of \(dataType)")
    self.images = images
    self.augmentations = augmentations
    self.standardization = standardization
    self.dataType = dataType
    self.seed = seed
    key = Random.streamKey(seed: seed, stream: "views")
  }

  /// The views of the images at `indices` in pass `epoch`.
  ///
  /// Where a pass visits an image several times, `places` tell its visits apart: views are a function of place instead of
  /// image then.
  public func batch(indices: [Int], at places: [Int]? = nil, epoch: Int) -> Batch {
    let keys = places ?? indices
    let imageSize = Batch.ImageSize(height: images.height, width: images.width)
    let views = augmentations.indices.map { view in
      let augmentation = augmentations[view]
      var crops = [CropGeometry](
        repeating: CropGeometry(top: 0, left: 0, height: 0, width: 0), count: indices.count)
      let tensor = crops.withUnsafeMutableBufferPointer { crops in
        nonisolated(unsafe) let crops = crops
        return drawn(indices, size: augmentation.outputSize(height: images.height, width: images.width)) {
          sample, place in
          var random = Random(
            seed: seed, key: key, epoch: epoch, index: keys[augmentation.isSharedByBatch ? 0 : place],
            view: augmentation.drawsAsFirstView ? 0 : view)
          augmentation.apply(to: &sample, using: &random)
          crops[place] = sample.geometry
        }
      }
      return Batch.View(images: tensor, crops: crops, imageSize: imageSize)
    }
    return Batch(views: views, indices: indices)
  }

  /// The images at `indices` as they are, standardized.
  public func images(at indices: some RandomAccessCollection<Int>) -> Tensor {
    drawn(indices, size: (images.height, images.width)) { _, _ in }
  }

  /// Draws a sample of each image at `indices`, changed by `body`, into a batch of views of `size`.
  private func drawn(
    _ indices: some RandomAccessCollection<Int>, size: (height: Int, width: Int),
    _ body: (inout Sample, _ place: Int) -> Void
  ) -> Tensor {
    var result = Tensor(uninitialized: [indices.count, size.height, size.width, 3], dataType)
    let stride = size.height * size.width * 3 * dataType.byteCount
    Profile.timeOfAll(.views) {
      result.withMutableBytes { destination in
        nonisolated(unsafe) let destination = destination.baseAddress
        images.bytes.withUnsafeBufferPointer { bytes in
          WorkerPool.forEachRange(of: indices.count) { places in
            guard let destination else { return }
            let memory = SampleMemory(
              height: images.height, width: images.width, viewHeight: size.height, viewWidth: size.width)
            var position = indices.index(indices.startIndex, offsetBy: places.lowerBound)
            for place in places {
              let index = indices[position]
              precondition(index >= 0 && index < images.count, "image \(index) of \(images.count)")
              var sample = Sample(
                bytes: bytes.baseAddress! + index * images.imageSize, height: images.height,
                width: images.width,
                memory: memory)
              body(&sample, place)
              precondition(
                sample.height == size.height && sample.width == size.width,
                "a view of \(sample.height) × \(sample.width) where its transforms promised \(size.height) × \(size.width)"
              )
              standardize(&sample, into: destination + place * stride)
              indices.formIndex(after: &position)
            }
          }
        }
      }
    }
    return result
  }

  private func standardize(_ sample: inout Sample, into destination: UnsafeMutableRawPointer) {
    let planes = sample.finished()
    if dataType == .bfloat16 {
      rk_standardize_bf16(
        planes, 3, sample.pixels, standardization.mean, standardization.deviation,
        destination.assumingMemoryBound(to: UInt16.self))
    } else {
      rk_standardize_f32(
        planes, 3, sample.pixels, standardization.mean, standardization.deviation,
        destination.assumingMemoryBound(to: Float.self))
    }
  }
}
