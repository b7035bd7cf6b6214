import Evaluation
import Testing
import Vision

@testable import CO2Paper
@testable import Claims
@testable import Harness
@testable import Pretraining
@testable import Tensors

@Suite struct CO2ExperimentTests {
  private func arms(_ scale: Scale) -> [String: Arm] { CO2OnCIFAR10(scale: scale).armsByName }

  @Test(arguments: Scale.allCases) func everySuspectChangesOneThing(scale: Scale) throws {
    let arms = arms(scale)
    let method = "hyperparameters.method."
    let expected = [
      "three times the weight": method + "consistencyWeight",
      "weight 1": method + "consistencyWeight",
      "consistency temperature 0.1": method + "consistencyTemperature",
      "temperature 0.2": method + "temperature", "four times the queue": method + "queueLength",
      "twice the epochs": "plan.epochs",
    ]
    for (what, path) in expected {
      for base in ["MoCo", "MoCo + CO2"] {
        let arm = arms["\(base), \(what)"]
        let concernsBoth = !path.contains("consistency")
        #expect((arm != nil) == (concernsBoth || base == "MoCo + CO2"), "\(base), \(what)")
        guard let arm else { continue }
        #expect(differences(arm, try #require(arms[base])) == [path], "\(arm.name)")
        #expect(arm.role == .exploratory && arm.pretrainingClasses == nil, "\(arm.name)")
        try arm.check(imageCount: scale == .smoke ? 512 : 50_000)
      }
    }
  }

  @Test func armsOfFiveClassesDifferInTheirImagesAlone() throws {
    let arms = arms(.reduced)
    for base in ["MoCo", "MoCo + CO2"] {
      let arm = try #require(arms["\(base), five classes"])
      #expect(differences(arm, try #require(arms[base])).isEmpty)
      #expect(arm.pretrainingClasses == .first && arm.role == .exploratory && !arm.usesLabels)
    }
    #expect(arms.values.count { $0.pretrainingClasses != nil } == 2)
  }

  /// A network that has seen every label says nothing of what few of them are enough for.
  @Test func whatIsMeasuredOfWhom() throws {
    let experiment = CO2OnCIFAR10(scale: .reduced)
    let arms = arms(.reduced)
    func names(_ arm: String) throws -> [String] {
      experiment.evaluations(of: try #require(arms[arm])).map(\.name)
    }
    let labelFree = [
      "knn-v1", "linear-v1", "semi-supervised-1-v1", "semi-supervised-10-v1", "class-transfer-v1",
      "semi-supervised-1-v2", "semi-supervised-10-v2",
    ]
    for arm in ["MoCo", "MoCo + CO2", "random encoder", "MoCo, five classes"] {
      #expect(try names(arm) == labelFree, "\(arm)")
    }
    #expect(try names("supervised") == ["knn-v1", "linear-v1", "class-transfer-v1", "classifier-v1"])
    let declared = Declaration(experiment, scale: .reduced)
    #expect(!declared.measures("MoCo", by: "classifier-v1"))
    #expect(declared.measures("MoCo", by: "linear-v0") && declared.measures("nobody", by: "linear-v1"))
    // Five classes of ten: its classifier would be asked about classes that it never saw.
    let halved = Arm.supervised(
      .resNet18(width: 4), classCount: 10, plan: try #require(arms["supervised"]).plan, name: "half",
      pretrainingClasses: .first)
    #expect(experiment.evaluations(of: halved).map(\.name) == ["knn-v1", "linear-v1", "class-transfer-v1"])
  }

  // MARK: Tiny ImageNet-100

  @Test(arguments: Scale.allCases) func onTinyImageNetTheTermIsAllThatDiffers(scale: Scale) throws {
    let arms = CO2OnTinyImageNet(scale: scale).armsByName
    let moco = try #require(arms["MoCo"])
    #expect(
      differences(try #require(arms["MoCo + CO2"]), moco) == ["hyperparameters.method.consistencyWeight"])
    #expect(
      differences(try #require(arms["random encoder"]), try #require(arms["MoCo + CO2"])) == ["plan.epochs"])
    #expect(Set(arms.keys) == ["MoCo", "MoCo + CO2", "random encoder", "supervised"])
    for arm in arms.values { try arm.check(imageCount: scale == .smoke ? 256 : 50_000) }
  }

  @Test func onTinyImageNetViewsAreLargeAndTheLossIsFinite() throws {
    var random = Random(seed: 4, stream: "images")
    let bytes = (0..<8 * 3 * 64 * 64).map { _ in UInt8(random.integer(below: 256)) }
    let images = ImageSet(height: 64, width: 64, bytes: bytes, labels: [], classNames: [])
    for arm in CO2OnTinyImageNet(scale: .smoke).arms where !arm.usesLabels {
      var weights = Random(seed: 0, stream: "weights")
      let method = arm.makeMethod(&weights)
      let loader = ViewLoader(images, augmentations: method.augmentations, standardization: .tinyImageNet)
      let batch = loader.batch(indices: Array(0..<8), epoch: 0)
      #expect(batch.views.map(\.images.shape) == [[8, 64, 64, 3], [8, 64, 64, 3]], "\(arm.name)")
      let loss = method.loss(of: batch, at: TrainingProgress(step: 0, steps: 1, epoch: 0, epochs: 1))
      #expect((0.01...30).contains(loss.total.item), "\(arm.name): \(loss.total.item)")
    }
  }

  /// Procedural images, which stand in where no photographs are at hand, have ten classes.
  @Test func theCeilingCanBeTrainedOnImagesOfFewerClasses() throws {
    let arm = try #require(CO2OnTinyImageNet(scale: .smoke).armsByName["supervised"])
    let images = Shapes.images(8, seed: 0, stream: "images")
    let method = arm.method(seed: 0, on: images)
    let loader = ViewLoader(images, augmentations: method.augmentations, standardization: .shapes)
    let batch = loader.batch(indices: Array(0..<8), epoch: 0)
    let loss = method.loss(of: batch, at: TrainingProgress(step: 0, steps: 1, epoch: 0, epochs: 1))
    #expect((2...8).contains(loss.total.item), "\(loss.total.item)")
  }

  @Test func everyConfigurationOfTheGridIsPossible() throws {
    let experiment = CO2OnTinyImageNet(scale: .reduced)
    #expect(experiment.tuning?.sides.map(\.places.count) == [6, 6])
    try experiment.checkDeclarations(imageCount: 45_000)
  }
}
