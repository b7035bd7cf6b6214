import Foundation
import Recipes

extension Override {
  /// Measures on the last training images, held out, instead of the test images: `--hold-out`.
  public static let holdingOutTail = Override("dataset.holdsOutTail=true")!

  /// Trains on at most `count` of the first images, for a quick look: `--limit`.
  public static func limiting(to count: Int) -> Override { Override("dataset.limit=\(count)")! }
}

extension RunFolder {
  /// Where below `output` the runs of an experiment lie that were measured on held-out images and changed in nothing else.
  package static func heldOut(of experiment: String, scale: Scale, under output: URL) -> URL {
    output.appending(
      components: modifiedName, name(of: [.holdingOutTail]), experiment, scale.rawValue)
  }
}
