import Foundation
import NeuralNetworks
import Pretraining
import Tensors
import Testing

@testable import Harness
@testable import Vision
@testable import repro

/// What every paper's network sees, each view under its name.
@Suite struct ViewsOfPapersTests {
  private static let names = allExperiments.experiments.map { $0.name }

  private func method(_ arm: Arm) -> any PretrainingMethod {
    var weights = Random(seed: 0, stream: "weights")
    return arm.makeMethod(&weights)
  }

  private func views(_ name: String, _ arm: String) throws -> [String] {
    let experiment = try allExperiments.experiment(named: name).init(scale: .smoke)
    return method(try experiment.arms(named: [arm])[0]).viewNames
  }

  @Test(arguments: names) func everyArmHasASheet(name: String) throws {
    let experiment = try allExperiments.experiment(named: name).init(scale: .smoke)
    let images = AddedImages.standIn(for: .generated, count: 8, side: experiment.dataset.imageSide).images
    for arm in experiment.arms {
      let method = method(arm)
      let names = method.viewNames
      #expect(names.count == method.augmentations.count && Set(names).count == names.count, "\(arm.name)")
      let sheet = PictureSheet(
        viewsOf: method, called: arm.name, mixture: Mixture(images), count: 3, seed: 1, of: "shapes")
      #expect(sheet.columns == ["original"] + names && sheet.rows.count == 3, "\(arm.name)")
      #expect(sheet.rows.allSatisfy { $0.tiles.count == 1 + names.count })
      #expect(sheet.legend.count == names.count && sheet.title.contains(arm.name))
      #expect(sheet.rows[1].label.hasPrefix("image 2"))
      let picture = sheet.picture("views")
      #expect(picture.height > 3 * 80 && picture.bytes.contains(255))
    }
  }

  @Test func viewsAreCalledWhatTheyAreToTheMethod() throws {
    #expect(try views("co2-cifar10", "MoCo + CO2") == ["query", "key"])
    #expect(try views("simclr-cifar10", "non-linear head") == ["view 1", "view 2"])
    #expect(try views("swav-cifar10", "two crops") == ["large crop 1", "large crop 2"])
    let multi = try views("swav-cifar10", "multi-crop")
    #expect(multi.prefix(3) == ["large crop 1", "large crop 2", "small crop 1"] && multi.count > 2)
    #expect(try views("rotnet-cifar10", "RotNet") == ["0°", "90°", "180°", "270°"])
    #expect(try views("pixpro-cifar10", "PixPro") == ["first view", "second view"])
    #expect(try views("co2-cifar10", "supervised") == ["labelled view"])
  }

  @Test func stepsAreNamedInTheirOrder() throws {
    let experiment = try allExperiments.experiment(named: "co2-cifar10").init(scale: .smoke)
    let query = method(try experiment.arms(named: ["MoCo"])[0]).augmentations[0]
    #expect(
      query.title.hasPrefix("resized crop, ") && query.title.contains("colour jitter"), "\(query.title)")
    for name in Self.names {
      for arm in try allExperiments.experiment(named: name).init(scale: .smoke).arms {
        for step in method(arm).augmentations.flatMap(\.steps) {
          #expect(step is Rotation || !step.title.isEmpty, "\(arm.name): \(step)")
        }
      }
    }
  }

  /// The views shown are those that a training's first pass is given.
  @Test func viewsAreThoseOfTheTraining() throws {
    let experiment = try allExperiments.experiment(named: "swav-cifar10").init(scale: .smoke)
    let method = method(try experiment.arms(named: ["multi-crop"])[0])
    let images = Shapes.images(8, seed: 3, stream: "views")
    let sheet = PictureSheet(
      viewsOf: method, called: "multi-crop", mixture: Mixture(images), count: 4, seed: 5, of: "shapes")
    let loader = ViewLoader(images, augmentations: method.augmentations, standardization: .none, seed: 5)
    let batch = loader.batch(indices: [0, 2, 4, 6], epoch: 0)
    for (view, tensors) in batch.views.enumerated() {
      let tiles = PictureSheet.Tile.all(of: tensors.images)
      for (row, tile) in tiles.enumerated() { #expect(sheet.rows[row].tiles[view + 1].bytes == tile.bytes) }
    }
    // Crops have their frames on the original.
    #expect(sheet.rows.allSatisfy { $0.tiles[0].frames.count > 1 })
  }

  /// On PixPro's views lies the frame of what the other one shows too: in both the same part of the image.
  @Test func overlapsAreFramedInBothViews() throws {
    let experiment = try allExperiments.experiment(named: "pixpro-cifar10").init(scale: .smoke)
    let method = method(try experiment.arms(named: ["PixPro"])[0])
    #expect(method.comparesWhereViewsOverlap)
    let images = Shapes.images(32, seed: 3, stream: "views")
    let sheet = PictureSheet(
      viewsOf: method, called: "PixPro", mixture: Mixture(images), count: 32, seed: 0, of: "shapes")
    let batch = ViewLoader(images, augmentations: method.augmentations, standardization: .none, seed: 0)
      .batch(indices: Array(0..<32), epoch: 0)
    var framed = 0
    for row in 0..<32 {
      let crops = batch.views.map { $0.crops[row] }
      let frames = sheet.rows[row].tiles.dropFirst().map(\.frames)
      #expect(frames[0].count == frames[1].count)
      guard let first = frames[0].first, let second = frames[1].first else { continue }
      framed += 1
      let sides = [first, second].enumerated().map { view, frame in
        (frame.height * crops[view].height, frame.width * crops[view].width)
      }
      #expect(
        abs(sides[0].0 - sides[1].0) < 0.01 * sides[0].0 && abs(sides[0].1 - sides[1].1) < 0.01 * sides[0].1)
    }
    #expect(framed > 10)
  }
}
