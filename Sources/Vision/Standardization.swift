/// The mean and standard deviation of each colour, which the network's input is freed of.
public struct Standardization: Sendable, Hashable, Codable {
  /// Of red, green and blue, for values in 0...1.
  public let mean, deviation: [Float]

  /// Creates a standardization; traps unless there are three means and three positive deviations.
  public init(mean: [Float], deviation: [Float]) {
    precondition(
      mean.count == 3 && deviation.count == 3 && deviation.allSatisfy { $0 > 0 },
      "three means and three positive deviations, not \(mean) and \(deviation)")
    self.mean = mean
    self.deviation = deviation
  }

  /// Measures the colours of `images` over all their pixels; traps when a colour never changes.
  public init(measuredOn images: ImageSet) {
    let (mean, deviation) = Standardization.colors(of: images)
    self.init(mean: mean, deviation: deviation)
  }

  /// The mean and deviation of each colour over all pixels of `images`, for values in 0...1.
  static func colors(of images: ImageSet) -> (mean: [Float], deviation: [Float]) {
    let plane = images.height * images.width
    var sums = [0, 0, 0]
    var squares = [0, 0, 0]
    for (start, channel) in zip(stride(from: 0, to: images.bytes.count, by: plane), 0...) {
      for byte in images.bytes[start..<start + plane] {
        sums[channel % 3] += Int(byte)
        squares[channel % 3] += Int(byte) * Int(byte)
      }
    }
    let count = Double(max(1, images.count * plane))
    let means = sums.map { Double($0) / count }
    let variances = zip(squares, means).map { Double($0) / count - $1 * $1 }
    return (means.map { Float($0 / 255) }, variances.map { Float(max(0, $0).squareRoot() / 255) })
  }

  /// CIFAR-10, as MoCo's CIFAR demonstration has it (deviations are means of per-image deviations).
  public static let cifar10 = Standardization(
    mean: [0.4914, 0.4822, 0.4465], deviation: [0.2023, 0.1994, 0.2010])
  /// CIFAR-100.
  public static let cifar100 = Standardization(
    mean: [0.5071, 0.4865, 0.4409], deviation: [0.2673, 0.2564, 0.2762])
  /// STL-10.
  public static let stl10 = Standardization(
    mean: [0.4467, 0.4398, 0.4066], deviation: [0.2603, 0.2566, 0.2713])
  /// ImageNet.
  public static let imageNet = Standardization(
    mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])
  /// The procedural images.
  public static let shapes = Standardization(
    mean: [0.448, 0.448, 0.448], deviation: [0.255, 0.255, 0.255])
  /// CamVid's training frames at 240 × 180.
  public static let camvid = Standardization(
    mean: [0.4116, 0.4248, 0.4324], deviation: [0.3022, 0.3066, 0.3026])
  /// Tiny ImageNet: every second class's training images, over all of their pixels.
  public static let tinyImageNet = Standardization(
    mean: [0.4823, 0.4505, 0.3982], deviation: [0.2747, 0.2664, 0.2795])
  /// None: values stay in 0...1.
  public static let none = Standardization(mean: [0, 0, 0], deviation: [1, 1, 1])

  /// The usual one of a data set; traps for images of one's own, which `ImageCollection` has measured.
  public static func of(_ name: DatasetReference.Name) -> Standardization {
    switch name {
    case .cifar10: .cifar10
    case .cifar100: .cifar100
    case .stl10: .stl10
    case .camvid: .camvid
    case .tinyImageNet100, .tinyImageNet200: .tinyImageNet
    case .shapes: .shapes
    case .images: preconditionFailure("the colours of one's own images are measured, not known")
    }
  }
}
