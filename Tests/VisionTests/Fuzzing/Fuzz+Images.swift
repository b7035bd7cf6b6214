import Foundation
import TestSupport

@testable import Vision

extension Fuzz {
  /// Parses files of images; every error has to be one of these parsers'.
  @discardableResult
  static func run(
    _ name: String, share: Double = 1, _ make: (inout FuzzRandom) -> Data, _ parse: (Data) throws -> Void
  ) -> Int {
    run(name, share: share, throwing: { $0 is DataError || $0 is ArrayFileError }, make, parse)
  }
}
