import Evaluation
import Foundation
import NeuralNetworks
import Testing
import Vision

@testable import Harness
@testable import PixProPaper
@testable import Pretraining
@testable import Records
@testable import Tensors

@Suite struct PixProExperimentTests {
  private func experiments(_ scale: Scale) -> [any Experiment] {
    [PixProOnCamVid(scale: scale), PixProOnCIFAR10(scale: scale)]
  }

  @Test(arguments: Scale.allCases) func everyArmChangesOneThingOfTheSameRecipe(scale: Scale) throws {
    let method = "hyperparameters.method."
    let expected: [String: Set<String>] = [
      "random encoder": ["plan.epochs"], "PixContrast": [method + "pixelTask"],
      "PixPro + instance branch": [method + "instanceWeight"],
      "instance branch alone": [method + "pixelTask", method + "instanceWeight"],
      "without propagation": [method + "pixelTask"],
      "threshold 0.35": [method + "distanceThreshold"], "threshold 1.4": [method + "distanceThreshold"],
      "threshold 2.8": [method + "distanceThreshold"],
      "sharpness 1": [method + "sharpness"], "sharpness 4": [method + "sharpness"],
    ]
    for experiment in experiments(scale) {
      let arms = experiment.armsByName
      let baseline = try #require(arms["PixPro"])
      for (name, paths) in expected {
        #expect(differences(try #require(arms[name], "\(name)"), baseline) == paths, "\(name)")
      }
      let others = Set(arms.keys).subtracting(expected.keys)
      let known: Set = ["PixPro", "MoCo v2", "MoCo v2 with PixPro's views", "SimCLR", "supervised"]
      #expect(others.isSubset(of: known), "an arm that no test describes")
    }
  }

  /// Dense features pass in batches: no run on record took two gigabytes.
  @Test func recordedRunsTookLessThanTwoGigabytes() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    for experiment in experiments(.reduced) {
      let folder = ResultsFolder(
        root.appending(component: "Results"), experiment: type(of: experiment).name, scale: .reduced)
      let peaks = try RecordedResults(readingFrom: folder).manifests.map(\.peakMemoryBytes)
      #expect(peaks.count >= 3 && peaks.allSatisfy { $0 > 0 && $0 < 2_000_000_000 }, "\(peaks)")
    }
  }

  /// Equal steps, images, views' size and network, but for the groups in which MoCo normalizes.
  @Test(arguments: Scale.allCases) func theHeadlineComparesEqualStepsOnEqualImages(scale: Scale) throws {
    for experiment in experiments(scale) {
      let arms = experiment.armsByName
      let (pixPro, moco) = (try #require(arms["PixPro"]), try #require(arms["MoCo v2"]))
      #expect(pixPro.plan.epochs == moco.plan.epochs && pixPro.plan.batchSize == moco.plan.batchSize)
      let own = try #require(
        pixPro.hyperparameters as? NetworkAndMethod<ResNet.Configuration, PixPro.Hyperparameters>)
      let constants = try #require(moco.hyperparameters as? MoCoConstants)
      var network = constants.network
      network.normalizationGroups = own.network.normalizationGroups
      #expect(network == own.network && constants.network.normalizationGroups > 1 && constants.views == nil)
      var weights = Random(seed: 0, stream: "weights")
      let views = [pixPro, moco].map { $0.makeMethod(&weights).augmentations }
      let sides = views.joined().map { $0.outputSize(height: 96, width: 96).width }
      #expect(Set(sides).count == 1 && sides.count == 4)
      // An image's own keys are too few to fill the queue.
      let all = experiment.dataset.name == .cifar10 ? 50_000 : 2_202
      #expect(constants.method.queueLength < experiment.dataset.limit ?? all)
      let borrowed = try #require(arms["MoCo v2 with PixPro's views"]?.hyperparameters as? MoCoConstants)
      #expect(borrowed.views == own.method.views && borrowed.network == constants.network)
      #expect(experiment.headline.treatment == "PixPro" && experiment.headline.baseline == "MoCo v2")
      #expect(experiment.headline.evaluation == "dense-linear-camvid-v1")
      #expect(experiment.headline.metric == "miou")
    }
  }

  @Test func rolesAndLabelsAreWhatTheySay() {
    for experiment in experiments(.reduced) {
      let byRole = Dictionary(grouping: experiment.arms, by: \.role).mapValues { $0.map(\.name) }
      #expect(byRole[.headline] == ["MoCo v2", "PixPro"])
      #expect(experiment.arms.filter(\.usesLabels).allSatisfy { $0.name == "supervised" })
      #expect((experiment.armsByName["supervised"] != nil) == (experiment.dataset.name == .cifar10))
    }
  }

  /// Constants of tools/pixpro_base_r50_400ep.sh and of the released code's defaults.
  @Test func thePaperScaleIsTheReleasedScripts() throws {
    for experiment in experiments(.paper) {
      let arm = try #require(experiment.armsByName["PixPro"])
      typealias Constants = NetworkAndMethod<ResNet.Configuration, PixPro.Hyperparameters>
      let method = try #require(arm.hyperparameters as? Constants).method
      #expect(method.distanceThreshold == 0.7 && method.sharpness == 2 && method.transformLayers == 1)
      #expect(method.pixelTask == .propagation && method.instanceWeight == 0)
      #expect(method.firstKeyMomentum == 0.99 && method.contrastTemperature == 0.3)
      #expect(method.hiddenDimension == 4_096 && method.embeddingDimension == 256)
      #expect(method.views.smallestCrop == 0.08 && method.views.solarizationProbability == 0.2)
      let blur = experiment.dataset.name == .cifar10 ? [0, 0] : [1, 0.1]
      #expect(
        [method.views.firstBlurProbability, method.views.secondBlurProbability] == blur.map { Float($0) })
      #expect(arm.plan.epochs == 400 && arm.plan.schedule == .cosine(warmupEpochs: 5))
      let rate = Float(arm.plan.batchSize) / 256
      #expect(arm.plan.optimizer == .lars(learningRate: rate, momentum: 0.9, weightDecay: 1e-5, trust: 0.001))
    }
  }

  /// Maps of 6 × 6 and 8 × 8 pixels: with .7 of a diagonal a pixel has one partner or a few.
  @Test func mapsAreAsLargeAsTheySay() throws {
    let cases: [(any Experiment, side: Int, pixels: Int)] = [
      (PixProOnCamVid(scale: .reduced), 96, 6), (PixProOnCIFAR10(scale: .reduced), 32, 8),
    ]
    for (experiment, side, pixels) in cases {
      for arm in experiment.arms where arm.role == .headline {
        var weights = Random(seed: 0, stream: "weights")
        let encoder = arm.makeMethod(&weights).encoder
        let map = encoder.featureMap(of: Tensor(zeros: [8, side, side, 3]))
        #expect(map.shape == [8, pixels, pixels, 128], "\(arm.name)")
      }
    }
  }

  @Test func everyArmPassesItsChecks() throws {
    for scale in Scale.allCases {
      for experiment in experiments(scale) {
        for arm in experiment.arms {
          try arm.check(imageCount: experiment.dataset.name == .cifar10 ? 50_000 : 2_202)
        }
      }
    }
  }

  @Test func impossibleConstantsAreRefusedWithWhatIsWrong() throws {
    let plan = try #require(PixProOnCIFAR10(scale: .reduced).armsByName["PixPro"]).plan
    #expect(PixPro.Hyperparameters().problem(with: plan) == nil)
    let cases: [(String, (inout PixPro.Hyperparameters) -> Void)] = [
      ("without a pixel-level task", { $0.pixelTask = .none }),
      ("instanceWeight", { $0.instanceWeight = -1 }), ("distanceThreshold", { $0.distanceThreshold = 0 }),
      ("distanceThreshold", { $0.distanceThreshold = .nan }), ("sharpness", { $0.sharpness = 0 }),
      ("transformLayers", { $0.transformLayers = 3 }),
      ("contrastTemperature", { $0.contrastTemperature = 0 }),
      ("firstKeyMomentum", { $0.firstKeyMomentum = 1.1 }), ("hiddenDimension", { $0.hiddenDimension = 0 }),
      ("embeddingDimension", { $0.embeddingDimension = 0 }), ("views.side", { $0.views.side = 1 }),
      ("views.smallestCrop", { $0.views.smallestCrop = 0 }),
      ("views.firstBlurProbability", { $0.views.firstBlurProbability = 2 }),
      ("views.secondBlurProbability", { $0.views.secondBlurProbability = -1 }),
      ("views.solarizationProbability", { $0.views.solarizationProbability = 1.5 }),
    ]
    for (start, change) in cases {
      var hyperparameters = PixPro.Hyperparameters()
      change(&hyperparameters)
      let problem = hyperparameters.problem(with: plan)
      #expect(problem?.hasPrefix(start) == true, "\(start): \(problem ?? "none")")
    }
    var views = PixPro.Views()
    views.side = 1
    let borrowed = MoCoConstants(network: .resNet18(), method: .init(), views: views)
    #expect(borrowed.problem(with: plan)?.hasPrefix("views.side") == true)
  }

  // MARK: Compute

  /// Multiply-adds of one image in pre-training, from those of a step on eight of them.
  static func multiplyAdds(of arm: Arm, side: Int) -> Int {
    var (weights, random) = (Random(seed: 0, stream: "weights"), Random(seed: 0, stream: "images"))
    let method = arm.makeMethod(&weights)
    let images = ImageSet(
      height: side, width: side,
      bytes: (0..<8 * 3 * side * side).map { _ in UInt8(random.integer(below: 256)) }, labels: [],
      classNames: [])
    let loader = ViewLoader(images, augmentations: method.augmentations, standardization: .none)
    let progress = TrainingProgress(step: 0, steps: 2, epoch: 0, epochs: 1)
    let before = MultiplyAdds.total
    _ = withGradients(of: method.trainableParameters(at: progress)) {
      method.loss(of: loader.batch(indices: Array(0..<8), epoch: 0), at: progress)
    }
    return (MultiplyAdds.total - before) / 8
  }

  /// At equal steps PixPro costs about twice as much as MoCo: two views are trained and two are keys, against one and one.
  /// In a process of its own, because the counter is the whole process's.
  @Test func pixProCostsTwiceAsMuchAStep() async {
    await #expect(processExitsWith: .success) {
      let experiments: [(any Experiment, Int, millions: Double)] = [
        (PixProOnCamVid(scale: .reduced), 96, 330), (PixProOnCIFAR10(scale: .reduced), 32, 530),
      ]
      for (experiment, side, millions) in experiments {
        let costs = ["PixPro", "MoCo v2"].map { name in
          PixProExperimentTests.multiplyAdds(of: experiment.arms.first { $0.name == name }!, side: side)
        }
        print(type(of: experiment).name, costs)
        precondition((1.9...2.5).contains(Double(costs[0]) / Double(costs[1])), "\(costs)")
        // What the README estimates the time by.
        precondition(abs(Double(costs[0]) / (1e6 * millions) - 1) < 0.05, "\(costs)")
      }
    }
  }

  // MARK: Smoke

  @Test(arguments: [0, 1]) func everyArmHasALossAtSmokeScale(number: Int) throws {
    let experiment = experiments(.smoke)[number]
    let side = number == 0 ? 96 : 32
    var random = Random(seed: 4, stream: "images")
    let bytes = (0..<8 * 3 * side * side).map { _ in UInt8(random.integer(below: 256)) }
    let images = ImageSet(height: side, width: side, bytes: bytes, labels: [], classNames: [])
    for arm in experiment.arms where !arm.usesLabels {
      var weights = Random(seed: 0, stream: "weights")
      let method = arm.makeMethod(&weights)
      let loader = ViewLoader(images, augmentations: method.augmentations, standardization: .cifar10)
      let batch = loader.batch(indices: Array(0..<8), epoch: 0)
      let loss = method.loss(of: batch, at: TrainingProgress(step: 0, steps: 1, epoch: 0, epochs: 1))
      #expect(loss.total.item.isFinite && loss.total.item.magnitude > 0.01, "\(arm.name): \(loss.total.item)")
    }
  }

  // MARK: Tables

  @Test func everyArmOfATableIsAnArm() {
    for experiment in experiments(.reduced) {
      let (names, evaluations) = (Set(experiment.arms.map(\.name)), Set(experiment.evaluationNames))
      for table in experiment.tables where !table.columns.isEmpty {
        for line in table.arms { #expect(names.contains(line.arm), "\(table.title): \(line.arm)") }
        for column in table.columns {
          #expect(evaluations.contains(column.measure.evaluation), "\(table.title): \(column.title)")
        }
      }
    }
  }
}
