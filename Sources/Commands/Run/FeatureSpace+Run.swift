import Foundation
import Generation
import Harness

extension FeatureSpace {
  /// The features of the encoder that the finished run in `folder` trained; throws what `TrainedEncoder` throws.
  init(ofRunIn folder: URL) throws {
    let trained = try TrainedEncoder(ofRunIn: folder)
    self.init(name: trained.name, trained.encoder, standardization: trained.standardization)
  }

  /// The random network's features, of a narrow one at smoke scale.
  static func random(at scale: Scale) -> FeatureSpace { random(width: scale == .smoke ? 8 : 32) }
}
