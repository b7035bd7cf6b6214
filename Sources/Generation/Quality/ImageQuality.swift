import Evaluation
import Foundation
import Harness
import NeuralNetworks
import Tensors
import Vision

/// Features that images are compared in: an encoder that never changes, by name.
public struct FeatureSpace {
  /// What it is, so that no two are mistaken for each other.
  public let name: String
  private let encoder: any Encoder
  private let standardization: Standardization
  private let dataType: DataType

  /// Creates a space of the features of `encoder` in inference mode.
  public init(
    name: String, _ encoder: any Encoder, standardization: Standardization, dataType: DataType = .float32
  ) {
    self.name = name
    self.encoder = encoder
    self.standardization = standardization
    self.dataType = dataType
  }

  /// A residual network with random weights that are the same everywhere: no training, no labels, and nothing to get.
  ///
  /// What a random network sees are colours, edges and textures, hardly objects.
  public static func random(width: Int = 32) -> FeatureSpace {
    var random = Random(seed: 0, stream: "frechet.encoder")
    return FeatureSpace(
      name: "random-resnet18-width-\(width)-v1", ResNet(.resNet18(width: width), using: &random),
      standardization: .cifar10)
  }

  /// The features of `images`, N × feature count.
  func features(of images: ImageSet) -> Tensor {
    let loader = ViewLoader(images, standardization: standardization, dataType: dataType)
    return Tensor.stacked(
      stride(from: 0, to: images.count, by: 500).map { start in
        inference { encoder(loader.images(at: start..<min(start + 500, images.count))).constant }
      })
  }
}

/// How good generated images are, beside real ones that the generator never saw.
public struct ImageQuality: Codable, Sendable, Equatable {
  /// The Fréchet distance of generated and unseen real images in the features of `features`: smaller is closer. No FID: that
  /// is measured in the features of another network.
  public var frechetDistance: Double
  /// The same of the learned images and the unseen ones: what copying them without end would come to.
  public var frechetDistanceOfLearned: Double
  /// The encoder whose features are compared.
  public var features: String
  /// How many images of each kind were compared.
  public var generatedCount, unseenCount, learnedCount: Int
  /// How near generated images lie to learned ones.
  public var memorization: MemorizationCheck

  /// Compares at most `limit` of the `generated` images with `unseen` real ones and those that were `learned`.
  public init(
    of generated: ImageSet, unseen: ImageSet, learned: ImageSet, in space: FeatureSpace, limit: Int = 10_000
  ) {
    let (generated, unseen) = (generated.first(limit), unseen.first(limit))
    let reference = FeatureMoments(of: space.features(of: unseen))
    frechetDistance = reference.frechetDistance(to: FeatureMoments(of: space.features(of: generated)))
    frechetDistanceOfLearned = reference.frechetDistance(to: FeatureMoments(of: space.features(of: learned)))
    features = space.name
    (generatedCount, unseenCount, learnedCount) = (generated.count, unseen.count, learned.count)
    memorization = MemorizationCheck(
      generated: generated.first(MemorizationCheck.limit), unseen: unseen.first(MemorizationCheck.limit),
      learned: learned)
  }
}
