import NeuralNetworks
import Pretraining
import Tensors
import Testing

@testable import Harness
@testable import Vision
@testable import repro

/// Every experiment on images of one's own: with the stem, the crops and the classifier that fit them.
@Suite struct OwnImagesOfPapersTests {
  private static let names = allExperiments.experiments.map { $0.name }

  private func images(_ count: Int, side: Int) -> ImageCollection {
    let classes = ["a", "b", "c", "d"]
    var random = Random(seed: 2, stream: "own")
    let bytes = (0..<count * 3 * side * side).map { _ in UInt8(random.integer(below: 256)) }
    let set = ImageSet(
      height: side, width: side, bytes: bytes, labels: (0..<count).map { $0 % 4 }, classNames: classes)
    var images = ImageCollection(
      pretraining: set, training: set, test: set.first(40),
      identity: DataIdentity(name: "images", kind: "custom:0", digest: "0"), unused: set)
    images.own = OwnImages(
      folder: "f", testFolder: nil, side: side, training: count, test: 40, classNames: classes,
      mean: [0.5, 0.5, 0.5], deviation: [0.3, 0.3, 0.3])
    return images
  }

  /// One step of every arm that is run unless others are named, on images twice as large as CIFAR's, and on smaller ones.
  @Test(arguments: names, [24, 64]) func everyArmTakesAStep(name: String, side: Int) throws {
    let experiment = try allExperiments.experiment(named: name).init(scale: .smoke)
    let own = images(128, side: side)
    let arms = experiment.arms(on: own.own)
    #expect(arms.map(\.name) == experiment.arms.map(\.name))
    let images = own.offeringStandIns(to: arms)
    for arm in arms where arm.role != .exploratory {
      try arm.check(imageCount: arm.mixture(of: images).count)
      var configuration = arm.configuration
      configuration.plan.batchSize = min(32, configuration.plan.batchSize)
      let stem = configuration.hyperparameters.value(at: ["network", "stem"])
      let fits = experiment.dataset.imageSide == side
      #expect(fits || stem == nil || stem == .string(side < 64 ? "cifar" : "imageNet"), "\(arm.name)")
      guard arm.plan.epochs > 0 else { continue }
      let mixture = arm.mixture(of: images)
      let method = try arm.preparedMethod(seed: 0, on: mixture.images, precision: .float32)
      for augmentation in method.augmentations {
        let size = augmentation.outputSize(height: side, width: side)
        #expect(size.height <= side && size.width <= side && size.height >= side / 4, "\(arm.name): \(size)")
      }
      let pretrainer = try Pretrainer(
        method: method, plan: arm.plan, mixture: mixture,
        standardization: images.standardization(of: DatasetReference(.images, side: side)), seed: 0)
      let report = try pretrainer.step()
      #expect(report.loss.isFinite, "\(arm.name)")
    }
  }

  @Test func cropsKeepTheirProportions() throws {
    let swav = try allExperiments.experiment(named: "swav-cifar10").init(scale: .reduced)
    let arm = try #require(swav.arms(on: images(4, side: 64).own).first { $0.name == "multi-crop" })
    let json = arm.configuration.hyperparameters
    #expect(
      json.value(at: ["method", "large", "side"]) == 64 && json.value(at: ["method", "small", "side"]) == 32)
    let simCLR = try allExperiments.experiment(named: "simclr-cifar10").init(scale: .reduced)
    let supervised = try #require(simCLR.arms(on: images(4, side: 64).own).first { $0.name == "supervised" })
    #expect(supervised.configuration.hyperparameters.value(at: ["method", "padding"]) == 8)
    var random = Random(seed: 0, stream: "weights")
    let method = supervised.makeMethod(&random) as? Supervised
    #expect(method?.classifier.weight.shape[0] == 4)
    // The data sets of the suite see what they always saw.
    #expect(simCLR.arms(on: nil).map(\.configuration) == simCLR.arms.map(\.configuration))
  }
}
