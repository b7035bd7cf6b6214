/// What a folder of one's own images came to: all that later readers of a run need to know of it.
public struct OwnImages: Sendable, Codable, Equatable {
  /// Where the images lay, and where those to measure on, if they lay elsewhere.
  public var folder: String, testFolder: String?
  /// Pixels per side after resizing.
  public var side: Int
  /// How many images are learned from, and how many are measured on.
  public var training, test: Int
  /// The classes in the order of their labels; none for a flat folder.
  public var classNames: [String]
  /// The mean and deviation of red, green and blue over the training images, within 0...1.
  public var mean, deviation: [Float]

  /// Creates a description.
  public init(
    folder: String, testFolder: String?, side: Int, training: Int, test: Int, classNames: [String],
    mean: [Float], deviation: [Float]
  ) {
    (self.folder, self.testFolder, self.side) = (folder, testFolder, side)
    (self.training, self.test, self.classNames) = (training, test, classNames)
    (self.mean, self.deviation) = (mean, deviation)
  }
}
