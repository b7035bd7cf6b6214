/// A data set by name, resolved when a run starts.
public struct DatasetReference: Sendable, Codable, Hashable {
  /// The data sets the suite can load.
  public enum Name: String, Sendable, Codable, CaseIterable {
    case cifar10, cifar100, stl10
    /// Street scenes with a class for every pixel.
    case camvid
    /// Every second class of Tiny ImageNet, 64 × 64.
    case tinyImageNet100 = "tiny-imagenet-100"
    /// Tiny ImageNet, 64 × 64.
    case tinyImageNet200 = "tiny-imagenet-200"
    /// Procedural images, 10 classes, 32 × 32, made by the suite itself.
    case shapes
    /// A folder of one's own, resized to `side`.
    case images

    /// Those that lie in a folder of data sets, or are made by the suite.
    public static var known: [Name] { allCases.filter { $0 != .images } }
  }

  /// Which data set.
  public var name: Name
  /// How many of its first images to use for pre-training, and for probes to learn from; `nil` for all. Never shortens the
  /// test images.
  public var limit: Int?
  /// Whether the last 5,000 training images replace the test images, for tuning; of CamVid the validation frames do.
  public var holdsOutTail: Bool
  /// How many of every hundred training images of each class there are, those of `LabelledSubset`; `nil` for all. Taken
  /// before `limit`, and never from the test images.
  public var percent: Int?
  /// Pixels per side that images of one's own were resized to; `nil`, and no part of what is encoded, for all others.
  public var side: Int?

  /// Creates a reference.
  public init(
    _ name: Name, limit: Int? = nil, holdsOutTail: Bool = false, percent: Int? = nil, side: Int? = nil
  ) {
    self.name = name
    self.limit = limit
    self.holdsOutTail = holdsOutTail
    self.percent = percent
    self.side = side
  }

  /// CIFAR-10.
  public static let cifar10 = DatasetReference(.cifar10)
  /// CIFAR-100.
  public static let cifar100 = DatasetReference(.cifar100)
  /// STL-10.
  public static let stl10 = DatasetReference(.stl10)
  /// CamVid.
  public static let camvid = DatasetReference(.camvid)
  /// Every second class of Tiny ImageNet.
  public static let tinyImageNet100 = DatasetReference(.tinyImageNet100)
  /// Tiny ImageNet.
  public static let tinyImageNet200 = DatasetReference(.tinyImageNet200)
  /// The procedural images.
  public static let shapes = DatasetReference(.shapes)

  /// The same data set with only its first `count` pre-training images.
  public func first(_ count: Int) -> DatasetReference {
    var copy = self
    copy.limit = count
    return copy
  }

  /// The same data set with at most `count` of its first pre-training images, or as it is for `nil`.
  public func limited(to count: Int?) -> DatasetReference {
    guard let count else { return self }
    return first(min(count, limit ?? count))
  }

  /// The same data set with `percent` of every class's training images: scarce data, as `LabelledSubset` chooses them.
  public func scarce(percent: Int) -> DatasetReference {
    var copy = self
    copy.percent = percent
    return copy
  }
}

extension DatasetReference.Name {
  /// Pixels per column and row of the images of pre-training; `nil` where the files tell.
  public var imageSide: Int? {
    switch self {
    case .cifar10, .cifar100, .shapes: 32
    case .stl10: 96
    case .tinyImageNet100, .tinyImageNet200: 64
    case .camvid, .images: nil
    }
  }
}
