import Foundation
import NeuralNetworks
import Testing
import Vision

@testable import Harness
@testable import Pretraining
@testable import SwAVPaper
@testable import Tensors

@Suite struct SwAVExperimentTests {
  @Test(arguments: Scale.allCases) func everyArmChangesOneThingOfTheSameRecipe(scale: Scale) throws {
    let arms = SwAVOnCIFAR10(scale: scale).armsByName
    let baseline = try #require(arms["two crops"])
    let method = "hyperparameters.method."
    // At reduced and at demo scale both arms draw large crops alike, and there is no queue.
    let isReduced = [.demo, .reduced].contains(scale)
    let crops: Set =
      isReduced
      ? [method + "smallCount"] : [method + "large.smallest", method + "smallCount"]
    let colours = Set(
      [
        "large.colorStrength", "large.blurProbability", "large.solarizationProbability",
        "small.blurProbability", "small.solarizationProbability",
      ].map { method + $0 })
    let multiCrop = scale == .paper ? crops.union(colours) : crops
    let batch = Set(["plan.batchSize", "plan.optimizer.larc.learningRate", method + "prototypeCount"])
    let queue = Set([method + "queueLength", method + "queueStartEpoch"])
    let expected: [String: Set<String>] = [
      "multi-crop": multiCrop,
      "random encoder": ["plan.epochs"],
      "hard codes": [method + "codes"],
      "1 Sinkhorn iteration": [method + "sinkhornIterations"],
      "fixed prototypes": [method + "learnsPrototypes"],
      "30 prototypes": [method + "prototypeCount"],
      "250 prototypes": [method + "prototypeCount"],
      "small batch": isReduced ? batch.union(queue) : batch,
      "small batch without queue": isReduced ? batch : batch.union([method + "queueLength"]),
    ]
    for (name, paths) in expected {
      #expect(differences(try #require(arms[name], "\(name)"), baseline) == paths, "\(name)")
    }
    let others = Set(arms.keys).subtracting(expected.keys)
    #expect(
      others == ["two crops", "SimCLR", "small batch SimCLR", "supervised"], "an arm that no test describes")
    // Three methods of small batches, in batches of the same images for as many epochs.
    let small = ["small batch", "small batch without queue", "small batch SimCLR"].compactMap {
      arms[$0]?.plan
    }
    #expect(Set(small.map(\.batchSize)).count == 1 && Set(small.map(\.epochs)).count == 1)
    let queued = differences(arms["small batch"]!, arms["small batch without queue"]!)
    #expect(queued == (isReduced ? queue : [method + "queueLength"]))
    #expect(arms["SimCLR"]?.plan.epochs == baseline.plan.epochs, "equal images")
  }

  @Test func rolesAndLabelsAreWhatTheySay() {
    for experiment in [SwAVOnCIFAR10(scale: .reduced), SwAVOnSTL10(scale: .reduced)] as [any Experiment] {
      let byRole = Dictionary(grouping: experiment.arms, by: \.role).mapValues { $0.map(\.name) }
      #expect(byRole[.headline] == ["two crops", "multi-crop"])
      #expect(experiment.headline.treatment == "multi-crop" && experiment.headline.baseline == "two crops")
      #expect(experiment.arms.filter(\.usesLabels).allSatisfy { $0.name == "supervised" })
    }
    #expect(SwAVOnCIFAR10(scale: .reduced).arms.contains { $0.usesLabels })
  }

  @Test func thePaperScaleIsSoloLearnsRecipe() throws {
    let arms = SwAVOnCIFAR10(scale: .paper).armsByName
    let (two, eight) = (try #require(arms["two crops"]), try #require(arms["multi-crop"]))
    let plan = TrainingPlan(
      epochs: 1_000, batchSize: 256,
      optimizer: .larc(learningRate: 0.6, momentum: 0.9, weightDecay: 1e-6, trust: 0.02),
      schedule: .cosine(warmupEpochs: 10))
    #expect(two.plan == plan && eight.plan == plan)
    typealias Constants = NetworkAndMethod<ResNet.Configuration, SwAV.Hyperparameters>
    let constants = try #require(two.hyperparameters as? Constants)
    #expect(constants.network == .resNet18(width: 64, stem: .cifar, normalizationGroups: 1))
    let method = constants.method
    #expect(method.temperature == 0.1 && method.epsilon == 0.05 && method.sinkhornIterations == 3)
    #expect(method.prototypeCount == 3_000 && method.hiddenDimension == 2_048)
    #expect(method.embeddingDimension == 128 && method.queueLength == 3_840)
    #expect(method.queueStartEpoch == 50 && method.frozenEpochs == 2 && method.smallCount == 0)
    #expect(method.large == SwAV.Crops(side: 32, area: 0.08...1))
    let crops = try #require(eight.hyperparameters as? Constants).method
    #expect(crops.smallCount == 6 && crops.small.side == 18)
    #expect([crops.large.smallest, crops.large.largest] == [0.2, 1])
    #expect([crops.small.smallest, crops.small.largest] == [0.08, 0.5])
    #expect([crops.large.colorStrength, crops.small.colorStrength] == [0.6, 0.8])
    #expect([crops.large.blurProbability, crops.small.blurProbability] == [0, 0.1])
    #expect([crops.large.solarizationProbability, crops.small.solarizationProbability] == [0.2, 0.1])
  }

  /// Where a batch can fill all prototypes, features of earlier batches only disturb: read early they broke version 1.
  @Test func atReducedScaleABatchFillsThePrototypesWithoutAQueue() throws {
    for experiment in [
      SwAVOnTinyImageNet(scale: .reduced), SwAVOnCIFAR10(scale: .reduced), SwAVOnSTL10(scale: .reduced),
    ] as [any Experiment] {
      for arm in experiment.arms where arm.name != "small batch" {
        let constants =
          arm.hyperparameters as? NetworkAndMethod<ResNet.Configuration, SwAV.Hyperparameters>
        guard let method = constants?.method, arm.plan.epochs > 0 else { continue }
        #expect(method.queueLength == 0 && method.prototypeCount <= arm.plan.batchSize, "\(arm.name)")
      }
    }
    let small = try #require(SwAVOnCIFAR10(scale: .reduced).armsByName["small batch"])
    let method = try #require(
      small.hyperparameters as? NetworkAndMethod<ResNet.Configuration, SwAV.Hyperparameters>
    ).method
    #expect(method.queueLength == 15 * 64 && method.queueStartEpoch == 5)
  }

  /// Every configuration that the grid names can be trained, at a fifth of the horizon too.
  @Test func everyConfigurationOfTheGridIsPossible() throws {
    for experiment in [SwAVOnTinyImageNet(scale: .reduced), SwAVOnCIFAR10(scale: .reduced)]
      as [any Experiment]
    {
      #expect(experiment.tuning != nil)
      try experiment.checkDeclarations(imageCount: 45_000)
    }
  }

  @Test func cropsAreTheRecipes() {
    var hyperparameters = SwAV.Hyperparameters()
    (hyperparameters.smallCount, hyperparameters.large.solarizationProbability) = (6, 0.2)
    (hyperparameters.small.blurProbability, hyperparameters.small.solarizationProbability) = (0, 0.1)
    let crops = Augmentation.multiCrop(hyperparameters)
    let sides = crops.map { $0.outputSize(height: 32, width: 32) }
    #expect(sides.map(\.height) == [32, 32, 18, 18, 18, 18, 18, 18])
    let solarized = crops.map { $0.steps.compactMap { $0 as? Solarize }.first?.probability ?? 0 }
    #expect(solarized == [0, 0.2] + Array(repeating: 0.1, count: 6), "never an image's first crop")
    let blurs = crops.map { $0.steps.compactMap { $0 as? GaussianBlur }.first }
    #expect(blurs[0]?.probability == 0.5 && blurs[0]?.sigma == 0.1...2 && blurs[0]?.kernel == 13)
    #expect(blurs[2] == nil)
    let jitter = crops[2].steps.compactMap { $0 as? ColorJitter }.first
    #expect(jitter?.brightness == 0.8 && jitter?.hue == 0.2 && jitter?.probability == 0.8)
  }

  // MARK: Equal compute

  /// Multiply-adds of a training of `arm`, but for what its queue takes: those of one step on two images, multiplied.
  static func multiplyAdds(of arm: Arm, side: Int) -> Double {
    var (weights, images) = (Random(seed: 0, stream: "weights"), Random(seed: 0, stream: "images"))
    let method = arm.makeMethod(&weights)
    let set = ImageSet(
      height: side, width: side,
      bytes: (0..<2 * 3 * side * side).map { _ in UInt8(images.integer(below: 256)) },
      labels: [], classNames: [])
    let loader = ViewLoader(set, augmentations: method.augmentations, standardization: .none)
    let progress = TrainingProgress(
      step: 0, steps: arm.plan.epochs, epoch: arm.plan.epochs - 1, epochs: arm.plan.epochs)
    let before = MultiplyAdds.total
    _ = withGradients(of: method.trainableParameters(at: progress)) {
      method.loss(of: loader.batch(indices: [0, 1], epoch: 0), at: progress)
    }
    return Double((MultiplyAdds.total - before) * arm.plan.epochs)
  }

  /// In a process of its own, because the counter is the whole process's.
  @Test func onSTL10TheHeadlineComparesEqualCompute() async {
    await #expect(processExitsWith: .success) {
      for scale in [Scale.reduced, .paper] {
        for (experiment, side) in [(SwAVOnSTL10(scale: scale), 96)] as [(any Experiment, Int)] {
          let arms = Dictionary(uniqueKeysWithValues: experiment.arms.map { ($0.name, $0) })
          let (two, eight) = (
            SwAVExperimentTests.multiplyAdds(of: arms["two crops"]!, side: side),
            SwAVExperimentTests.multiplyAdds(of: arms["multi-crop"]!, side: side)
          )
          precondition(two > 0 && abs(eight / two - 1) < 0.01, "\(scale), \(side) pixels: \(eight / two)")
          print(scale, side, eight / two)
        }
      }
    }
  }

  /// In a process of its own, because the counter is the whole process's.
  @Test func lowerResolutionTakesNoMoreComputeOnTinyImageNet() async {
    await #expect(processExitsWith: .success) {
      let arms = SwAVOnTinyImageNet(scale: .reduced).armsByName
      let (two, lower) = (
        SwAVExperimentTests.multiplyAdds(of: arms["two crops"]!, side: 64),
        SwAVExperimentTests.multiplyAdds(of: arms["multi-crop, lower resolution"]!, side: 64)
      )
      precondition((0.75...1).contains(lower / two), "\(lower / two)")
    }
  }

  // MARK: Problems

  @Test func queuePrototypesAndBatchAreCheckedTogether() throws {
    for experiment in [SwAVOnTinyImageNet.self, SwAVOnCIFAR10.self, SwAVOnSTL10.self]
      as [any Experiment.Type]
    {
      for scale in Scale.allCases {
        for arm in experiment.init(scale: scale).arms { try arm.check(imageCount: 50_000) }
      }
    }
    // 2 epochs, batches of 64.
    let plan = try #require(SwAVOnCIFAR10(scale: .smoke).armsByName["two crops"]).plan
    func problem(_ change: (inout SwAV.Hyperparameters) -> Void) -> String {
      var hyperparameters = SwAV.Hyperparameters()
      (hyperparameters.prototypeCount, hyperparameters.queueLength) = (20, 256)
      (hyperparameters.frozenEpochs, hyperparameters.queueStartEpoch) = (1, 1)
      change(&hyperparameters)
      return hyperparameters.problem(with: plan) ?? ""
    }
    #expect(problem { _ in } == "")
    #expect(problem { $0.prototypeCount = 320 } == "")
    #expect(problem { $0.prototypeCount = 321 }.contains("64 images and 256 queued features"))
    #expect(problem { $0.prototypeCount = 321 }.contains("lower it to 320 or less"))
    #expect(problem { ($0.queueLength, $0.prototypeCount) = (0, 65) }.contains("lower it to 64 or less"))
    #expect(problem { $0.queueLength = 40 }.contains("raise it to 64 or more, or set it to 0"))
    #expect(problem { $0.queueLength = -1 }.contains("set it to 0"))
    #expect(problem { $0.queueStartEpoch = 0 }.contains("raise it to 1 or more"))
    #expect(problem { $0.queueStartEpoch = 2 }.contains("never read: lower it below plan.epochs"))
    #expect(problem { ($0.queueStartEpoch, $0.queueLength) = (0, 0) } == "", "no queue, no start")
    #expect(problem { $0.frozenEpochs = 2 }.contains("set learnsPrototypes to false"))
    #expect(problem { ($0.frozenEpochs, $0.learnsPrototypes) = (2, false) } == "")
    #expect(problem { $0.smallCount = -1 }.hasPrefix("smallCount"))
    #expect(problem { $0.small.side = 1 }.hasPrefix("small.side"), "whether or not there are small crops")
  }

  @Test func impossibleConstantsAreRefusedWithWhatIsWrong() throws {
    let plan = try #require(SwAVOnCIFAR10(scale: .reduced).armsByName["two crops"]).plan
    let cases: [(String, (inout SwAV.Hyperparameters) -> Void)] = [
      ("temperature is positive", { $0.temperature = 0 }), ("temperature", { $0.temperature = .nan }),
      ("epsilon is positive", { $0.epsilon = -1 }), ("sinkhornIterations", { $0.sinkhornIterations = 0 }),
      ("prototypeCount", { $0.prototypeCount = 1 }), ("hiddenDimension", { $0.hiddenDimension = 0 }),
      ("embeddingDimension", { $0.embeddingDimension = 0 }), ("frozenEpochs", { $0.frozenEpochs = -1 }),
      ("large.side", { $0.large.side = 1 }), ("large.smallest", { $0.large.smallest = 0 }),
      ("large.smallest", { ($0.large.smallest, $0.large.largest) = (0.5, 0.2) }),
      ("large.colorStrength", { $0.large.colorStrength = -1 }),
      ("large.hueStrength", { $0.large.hueStrength = 0.7 }),
      ("large.grayscaleProbability", { $0.large.grayscaleProbability = 2 }),
      ("small.blurProbability", { ($0.smallCount, $0.small.blurProbability) = (6, -0.1) }),
      ("small.solarizationProbability", { ($0.smallCount, $0.small.solarizationProbability) = (6, 1.1) }),
    ]
    for (name, change) in cases {
      var hyperparameters = SwAV.Hyperparameters()
      (hyperparameters.frozenEpochs, hyperparameters.queueStartEpoch) = (1, 2)
      #expect(hyperparameters.problem(with: plan) == nil)
      change(&hyperparameters)
      let problem = hyperparameters.problem(with: plan)
      #expect(problem?.hasPrefix(name) == true, "\(name): \(problem ?? "none")")
    }
    var alone = plan
    alone.batchSize = 1
    #expect(SwAV.Hyperparameters().problem(with: alone)?.contains("raise plan.batchSize") == true)
  }

  // MARK: Smoke

  @Test(arguments: [32, 96]) func everyArmHasALossAtSmokeScale(side: Int) throws {
    var random = Random(seed: 4, stream: "images")
    let bytes = (0..<8 * 3 * side * side).map { _ in UInt8(random.integer(below: 256)) }
    let images = ImageSet(height: side, width: side, bytes: bytes, labels: [], classNames: [])
    let experiment: any Experiment = side == 32 ? SwAVOnCIFAR10(scale: .smoke) : SwAVOnSTL10(scale: .smoke)
    for arm in experiment.arms where !arm.usesLabels {
      var weights = Random(seed: 0, stream: "weights")
      let method = arm.makeMethod(&weights)
      let loader = ViewLoader(images, augmentations: method.augmentations, standardization: .cifar10)
      let batch = loader.batch(indices: Array(0..<8), epoch: 0)
      let small: Shape = side == 32 ? [8, 18, 18, 3] : [8, 54, 54, 3]
      let count = arm.name.hasPrefix("multi-crop") ? 6 : 0
      #expect(
        batch.views.map(\.images.shape) == Array(repeating: [8, side, side, 3], count: 2)
          + Array(repeating: small, count: count), "\(arm.name)")
      let loss = method.loss(of: batch, at: TrainingProgress(step: 0, steps: 1, epoch: 0, epochs: 1))
      #expect((0.1...12).contains(loss.total.item), "\(arm.name): \(loss.total.item)")
    }
  }
}
