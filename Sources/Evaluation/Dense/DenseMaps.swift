import NeuralNetworks
import Tensors
import Vision

/// An encoder whose last feature maps are looked at, a few images at a time.
struct FrozenEncoder {
  /// Pixels given to an encoder at once: activations of some tens of megabytes each.
  static let pixelsAtOnce = 400_000

  private let candidate: Candidate
  private let loader: ViewLoader
  private let size: FrameSize?
  private let split: String

  /// Looks at `images` as they are, or resized to `size`.
  init(_ candidate: Candidate, _ images: ImageSet, resizedTo size: FrameSize? = nil, split: String) {
    self.candidate = candidate
    self.split = split
    self.size = size
    loader = ViewLoader(
      images, standardization: candidate.standardization, dataType: candidate.dataType)
  }

  /// All images in the pieces that the encoder is given at once.
  var ranges: [Range<Int>] {
    let pixels = size?.pixels ?? loader.images.height * loader.images.width
    let count = max(1, FrozenEncoder.pixelsAtOnce / pixels)
    return stride(from: 0, to: loader.images.count, by: count).map {
      $0..<min($0 + count, loader.images.count)
    }
  }

  /// The maps of the images at `range`, in the encoder's numbers; throws `EvaluationError.nonFiniteFeatures`.
  func maps(at range: Range<Int>) throws -> Tensor {
    let maps = maps(at: Array(range))
    guard maps.converted(to: .float32).isFinite else {
      throw EvaluationError.nonFiniteFeatures(split: split, image: range.lowerBound)
    }
    return maps
  }

  func maps(at indices: [Int]) -> Tensor {
    inference {
      let images = loader.images(at: indices)
      return candidate.encoder.featureMap(of: size.map(images.resized) ?? images).constant
    }
  }
}

/// Pixels of a frame as an encoder sees it.
struct FrameSize: Sendable, Hashable {
  let height, width: Int
  var pixels: Int { height * width }

  /// Frames like `images`, `height` pixels high and wide in proportion.
  init(height: Int, inProportionTo images: ImageSet) {
    self.height = height
    width = max(1, (2 * height * images.width + images.height) / (2 * images.height))
  }
}

extension Tensor {
  /// Standardized images resized bilinearly, in the numbers that they are given in.
  func resized(to size: FrameSize) -> Tensor {
    converted(to: .float32).resized(toHeight: size.height, width: size.width).converted(to: dataType)
  }
}

/// The last feature maps of a frozen encoder: kept where they fit a fixed room, computed at every visit where they do not.
struct DenseMaps {
  /// Bytes of maps that are kept.
  static let room = 1 << 30

  /// The shape of all of them: N × h × w × C.
  let shape: Shape
  /// The mean of each channel over all positions of all images, and one over its deviation; zero for a constant one.
  let mean, factor: [Float]
  private let encoder: FrozenEncoder
  private let kept: Tensor?

  /// Visits every image once; throws `EvaluationError`: no images, or maps that are not finite.
  init(of candidate: Candidate, _ images: ImageSet, split: String, room: Int = DenseMaps.room) throws {
    let encoder = FrozenEncoder(candidate, images, split: split)
    var (kept, shape): (Tensor?, Shape?) = (nil, nil)
    var moments = ChannelMoments()
    for range in encoder.ranges {
      let maps = try encoder.maps(at: range)
      moments.add(maps)
      if shape == nil {
        let whole = maps.shape.withRows(images.count)
        shape = whole
        if whole.count * maps.dataType.byteCount <= room {
          kept = Tensor(uninitialized: whole, maps.dataType)
        }
      }
      let start = range.lowerBound * maps.shape.stride * maps.dataType.byteCount
      kept?.withMutableBytes { target in
        maps.withBytes { UnsafeMutableRawBufferPointer(rebasing: target[start...]).copyMemory(from: $0) }
      }
    }
    guard let shape else { throw EvaluationError.noImages(split: split) }
    (self.encoder, self.kept, self.shape) = (encoder, kept, shape)
    (mean, factor) = moments.standardization
  }

  /// The maps of the images at `indices`.
  func callAsFunction(_ indices: [Int]) -> Tensor {
    kept?.gathered(at: indices) ?? encoder.maps(at: indices)
  }

  /// Whether maps are computed at every visit.
  var isStreamed: Bool { kept == nil }
}

/// Sums over all positions of feature maps, channel by channel.
private struct ChannelMoments {
  private var sums: [Double] = []
  private var squares: [Double] = []
  private var count = 0

  mutating func add(_ maps: Tensor) {
    let maps = maps.converted(to: .float32)
    let (rows, channels) = (maps.shape.rows, maps.shape.columns)
    if sums.isEmpty {
      sums = [Double](repeating: 0, count: channels)
      squares = sums
    }
    count += rows
    maps.withFloats { values in
      sums.withUnsafeMutableBufferPointer { sums in
        squares.withUnsafeMutableBufferPointer { squares in
          for row in 0..<rows {
            for channel in 0..<channels {
              let value = Double(values[row * channels + channel])
              sums[channel] += value
              squares[channel] += value * value
            }
          }
        }
      }
    }
  }

  /// Each channel's mean and one over its deviation; zero for one that is constant up to rounding.
  var standardization: (mean: [Float], factor: [Float]) {
    let means = sums.map { $0 / Double(count) }
    let factors = zip(means, squares).map { mean, squares in
      let variance = max(0, squares / Double(count) - mean * mean)
      let floor = ColumnStandardization.roundingFloor * (squares / Double(count)).squareRoot()
      return variance.squareRoot() > floor ? 1 / variance.squareRoot() : 0
    }
    return (means.map { Float($0) }, factors.map { Float($0) })
  }
}
