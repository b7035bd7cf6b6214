import ArgumentParser
import Foundation
import Vision

/// A folder of one's own images in place of the experiment's data set.
struct OwnImagesOptions: ParsableArguments {
  @Option(
    help:
      "Your own images instead: a folder of PNG and JPEG whose folders are classes, or a flat one without. Enters no table.",
    completion: .directory)
  var images: String?

  @Option(
    help: "The images to measure on, in folders of the same names (default: about a fifth of --images).",
    completion: .directory)
  var test: String?

  @Option(help: "Pixels per side that they are resized to: a multiple of 8 within 16...512 (default: 64).")
  var side: Int?

  func validate() throws {
    guard images != nil else {
      if let option = test != nil ? "--test" : side != nil ? "--side" : nil {
        throw ValidationError("\(option) goes with --images FOLDER")
      }
      return
    }
    if let side, !(OwnImagesFolder.sides.contains(side) && side.isMultiple(of: OwnImagesFolder.sideStep)) {
      throw ValidationError(
        "--side is \(side), but must be a multiple of \(OwnImagesFolder.sideStep) within "
          + "\(OwnImagesFolder.sides.lowerBound)...\(OwnImagesFolder.sides.upperBound)")
    }
  }

  /// The folder; `nil` where none was named.
  var folder: OwnImagesFolder? {
    images.map {
      OwnImagesFolder(
        URL(fileURLWithPath: $0, isDirectory: true),
        test: test.map { URL(fileURLWithPath: $0, isDirectory: true) }, side: side ?? 64)
    }
  }
}
