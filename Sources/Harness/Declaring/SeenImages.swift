import Foundation
import Vision

/// What a method has to know of images of one's own before it is made.
public struct SeenImages: Sendable, Hashable {
  /// Pixels per side.
  public let side: Int
  /// How many classes labels tell apart; none without labels.
  public let classCount: Int

  /// Creates a description.
  public init(side: Int, classCount: Int) { (self.side, self.classCount) = (side, classCount) }
}

extension Experiment {
  /// The arms as they are on `images`: as declared, or, on those of one's own, fitted to their side and number of classes.
  ///
  /// Without classes there is no arm that labels train or choose images for.
  public func arms(on images: OwnImages?) -> [Arm] {
    arms(seeing: images.map { SeenImages(side: $0.side, classCount: $0.classNames.count) })
  }

  /// The same by what a method has to know of them.
  func arms(seeing seen: SeenImages?) -> [Arm] {
    guard let seen else { return arms }
    let possible = arms.filter { seen.classCount > 1 || !$0.usesLabels && $0.pretrainingClasses == nil }
    return possible.map { $0.fitted(to: seen, from: dataset.imageSide) }
  }
}

extension Arm {
  /// The side from which on a residual network begins with the stem of ImageNet: as on STL-10, and unlike on CIFAR.
  static let imageNetStemSide = 64

  /// The arm for images of `seen.side` pixels instead of `side`: crops, windows and borders grow with them, and residual
  /// networks begin with the stem that fits.
  func fitted(to seen: SeenImages, from side: Int) -> Arm {
    var configuration = configuration
    if seen.side != side {
      configuration.hyperparameters = configuration.hyperparameters.fitted(to: seen.side, from: side)
    }
    do {
      return try with(configuration, on: seen)
    } catch {
      preconditionFailure("constants of “\(name)” that fit \(seen.side) pixels cannot be read: \(error)")
    }
  }
}

extension JSONValue {
  /// Numbers called `side` and `padding` grow with the image; a network's `stem` follows it.
  fileprivate func fitted(to side: Int, from before: Int) -> JSONValue {
    guard case .object(let members) = self else { return self }
    var fitted = members
    for (name, value) in members {
      switch (name, value) {
      case ("side", .integer(let pixels)), ("padding", .integer(let pixels)):
        fitted[name] = .integer(max(name == "side" ? 2 : 0, (pixels * side + before / 2) / before))
      case ("stem", .string): fitted[name] = .string(side < Arm.imageNetStemSide ? "cifar" : "imageNet")
      default: fitted[name] = value.fitted(to: side, from: before)
      }
    }
    return .object(fitted)
  }
}
