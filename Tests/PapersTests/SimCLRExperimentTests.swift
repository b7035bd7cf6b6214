import Foundation
import NeuralNetworks
import Testing
import Vision

@testable import Harness
@testable import Pretraining
@testable import SimCLRPaper
@testable import Tensors

@Suite struct SimCLRExperimentTests {
  @Test(arguments: Scale.allCases) func everyArmChangesOneThingOfTheSameRecipe(scale: Scale) throws {
    let arms = SimCLROnCIFAR10(scale: scale).armsByName
    let baseline = try #require(arms["non-linear head"])
    let rate = "plan.optimizer.lars.learningRate"
    let expected: [String: Set<String>] = [
      "no head": ["hyperparameters.method.head"],
      "linear head": ["hyperparameters.method.head"],
      "random encoder": ["plan.epochs"],
      "crop only": ["hyperparameters.method.colorStrength", "hyperparameters.method.grayscaleProbability"],
      "colour only": ["hyperparameters.method.smallestCrop"],
      "colour strength 1": ["hyperparameters.method.colorStrength"],
      "temperature 0.1": ["hyperparameters.method.temperature"],
      "temperature 1": ["hyperparameters.method.temperature"],
      "half the batch": ["plan.batchSize", rate],
      "twice the batch": ["plan.batchSize", rate],
      "twice the epochs": ["plan.epochs"],
    ]
    for (name, paths) in expected {
      #expect(differences(try #require(arms[name], "\(name)"), baseline) == paths, "\(name)")
    }
    let sgd = differences(try #require(arms["SGD"]), baseline)
    #expect(sgd.allSatisfy { $0.hasPrefix("plan.optimizer.") } && !sgd.isEmpty)
    let others = Set(arms.keys).subtracting(expected.keys)
    let ofFiveClasses: Set = ["non-linear head, five classes", "supervised, five classes"]
    #expect(
      others == ofFiveClasses.union(["non-linear head", "SGD", "supervised"]), "an arm that no test describes"
    )
    for name in ofFiveClasses {
      let (arm, whole) = (
        try #require(arms[name]), try #require(arms[name.replacing(", five classes", with: "")])
      )
      #expect(differences(arm, whole).isEmpty && arm.pretrainingClasses == .first, "\(name)")
      #expect(arm.role == .exploratory && arm.usesLabels == whole.usesLabels, "\(name)")
    }
  }

  @Test func rolesAndLabelsAreWhatTheySay() {
    for experiment in [SimCLROnCIFAR10(scale: .reduced), SimCLROnSTL10(scale: .reduced)] as [any Experiment] {
      let byRole = Dictionary(grouping: experiment.arms, by: \.role).mapValues { $0.map(\.name) }
      #expect(byRole[.headline] == ["no head", "linear head", "non-linear head"])
      #expect(experiment.arms.filter(\.usesLabels).allSatisfy { $0.name.hasPrefix("supervised") })
    }
    #expect(SimCLROnCIFAR10(scale: .reduced).arms.contains { $0.usesLabels })
    #expect(!SimCLROnSTL10(scale: .reduced).arms.contains { $0.usesLabels })
  }

  @Test func thePaperScaleIsTheAuthorsCommandForCIFAR10() throws {
    let arm = try #require(SimCLROnCIFAR10(scale: .paper).armsByName["non-linear head"])
    #expect(
      arm.plan
        == TrainingPlan(
          epochs: 1_000, batchSize: 512,
          optimizer: .lars(learningRate: 2, momentum: 0.9, weightDecay: 1e-4, trust: 0.001),
          schedule: .cosine(warmupEpochs: 10)))
    let constants = try #require(
      arm.hyperparameters as? NetworkAndMethod<ResNet.Configuration, SimCLR.Hyperparameters>)
    #expect(constants.network == .resNet18(width: 64, stem: .cifar, normalizationGroups: 1))
    #expect(constants.method.temperature == 0.5 && constants.method.embeddingDimension == 128)
    #expect(constants.method.colorStrength == 0.5 && constants.method.grayscaleProbability == 0.2)
    #expect(constants.method.smallestCrop == 0.08 && constants.method.blurProbability == 0)
  }

  @Test func theRateFollowsTheBatch() throws {
    let arms = SimCLROnCIFAR10(scale: .reduced).armsByName
    for (name, size, rate) in [
      ("half the batch", 128, 0.5), ("non-linear head", 256, 1), ("twice the batch", 512, 2),
    ] as [(String, Int, Float)] {
      let plan = try #require(arms[name]).plan
      #expect(plan.batchSize == size && plan.optimizer.learningRate == rate, "\(name)")
    }
  }

  @Test func impossibleConstantsAreRefusedWithWhatIsWrong() throws {
    let arm = try #require(SimCLROnCIFAR10(scale: .smoke).armsByName["non-linear head"])
    let plan = arm.plan
    #expect(SimCLR.Hyperparameters().problem(with: plan) == nil)
    for arm in SimCLROnCIFAR10(scale: .paper).arms + SimCLROnSTL10(scale: .paper).arms {
      try arm.check(imageCount: 50_000)
    }
    let cases: [(String, (inout SimCLR.Hyperparameters) -> Void)] = [
      ("temperature is positive", { $0.temperature = 0 }), ("temperature", { $0.temperature = .nan }),
      ("smallestCrop", { $0.smallestCrop = 0 }), ("smallestCrop", { $0.smallestCrop = 1.5 }),
      ("colorStrength", { $0.colorStrength = 3 }), ("colorStrength", { $0.colorStrength = -1 }),
      ("grayscaleProbability", { $0.grayscaleProbability = 2 }),
      ("blurProbability", { $0.blurProbability = -0.1 }),
      ("embeddingDimension", { $0.embeddingDimension = 0 }),
    ]
    for (name, change) in cases {
      var hyperparameters = SimCLR.Hyperparameters()
      change(&hyperparameters)
      #expect(hyperparameters.problem(with: plan)?.hasPrefix(name) == true, "\(name)")
    }
    var alone = plan
    alone.batchSize = 1
    #expect(SimCLR.Hyperparameters().problem(with: alone)?.contains("raise plan.batchSize") == true)
  }

  @Test(arguments: [32, 96]) func everyArmHasALossAtSmokeScale(side: Int) throws {
    var random = Random(seed: 4, stream: "images")
    let bytes = (0..<8 * 3 * side * side).map { _ in UInt8(random.integer(below: 256)) }
    let images = ImageSet(height: side, width: side, bytes: bytes, labels: [], classNames: [])
    let experiment: any Experiment =
      side == 32 ? SimCLROnCIFAR10(scale: .smoke) : SimCLROnSTL10(scale: .smoke)
    for arm in experiment.arms where !arm.usesLabels {
      var weights = Random(seed: 0, stream: "weights")
      let method = arm.makeMethod(&weights)
      let loader = ViewLoader(images, augmentations: method.augmentations, standardization: .cifar10)
      let batch = loader.batch(indices: Array(0..<8), epoch: 0)
      #expect(batch.views.map(\.images.shape) == [[8, side, side, 3], [8, side, side, 3]], "\(arm.name)")
      let loss = method.loss(of: batch, at: TrainingProgress(step: 0, steps: 1, epoch: 0, epochs: 1))
      #expect((0.1...8).contains(loss.total.item), "\(arm.name): \(loss.total.item)")
    }
  }
}
