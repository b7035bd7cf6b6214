import Evaluation
import NeuralNetworks
import Testing
import Vision

@testable import Harness
@testable import Pretraining
@testable import Records
@testable import RotNetPaper
@testable import Tensors

@Suite struct RotNetExperimentTests {
  func arms(_ scale: Scale) -> [String: Arm] { RotNetOnCIFAR10(scale: scale).armsByName }

  @Test(arguments: Scale.allCases) func everyArmChangesOneThing(scale: Scale) throws {
    let arms = arms(scale)
    let rotNet = try #require(arms["RotNet"])
    let expected: [String: Set<String>] = [
      "random init": ["plan.epochs"],
      "RotNet, 3 blocks": ["hyperparameters.network.blocks"],
      "RotNet, 4 blocks": [],
      "RotNet, 5 blocks": ["hyperparameters.network.blocks"],
      "8 rotations": ["hyperparameters.method.rotations"],
      "0 and 180 degrees": ["hyperparameters.method.rotations"],
      "90 and 270 degrees": ["hyperparameters.method.rotations"],
      "RotNet with labels": [],
    ]
    for (name, paths) in expected {
      #expect(differences(try #require(arms[name], "\(name)"), rotNet) == paths, "\(name)")
    }
    #expect(Set(arms.keys) == Set(expected.keys).union(["RotNet", "supervised"]))
  }

  @Test func rolesAndLabelsAreWhatTheySay() throws {
    let experiment = RotNetOnCIFAR10(scale: .reduced)
    let byRole = Dictionary(grouping: experiment.arms, by: \.role).mapValues { $0.map(\.name) }
    #expect(byRole[.headline] == ["random init", "RotNet"])
    #expect(byRole[.reference] == ["0 and 180 degrees", "supervised"])
    #expect(experiment.arms.filter(\.usesLabels).map(\.name) == ["supervised"])
    #expect(
      experiment.headline.titles == ("RotNet, top1", "RotNet, top1-supervised")
        && experiment.headline.evaluation == "few-labels-100-v1")
    #expect(
      try experiment.arms(named: []).map(\.name)
        == ["random init", "RotNet", "0 and 180 degrees", "supervised"])
  }

  @Test func everyClaimIsJudgedByWhatItsArmsAreMeasuredBy() throws {
    for scale in Scale.allCases { try RotNetOnCIFAR10(scale: scale).checkDeclarations(imageCount: 45_000) }
  }

  @Test func theFigureOfFewLabelsShowsWhatItsArmIsMeasuredBy() throws {
    let experiment = RotNetOnCIFAR10(scale: .reduced)
    let curve = try #require(experiment.curves.first)
    let arm = try #require(experiment.armsByName["RotNet with labels"])
    let measure = try #require(experiment.evaluations(of: arm).lazy.compactMap { $0 as? FewLabels }.first)
    #expect(curve.places == measure.labelsPerClass.map(String.init))
    let points = curve.lines.flatMap(\.points)
    #expect(Set(points.map(\.arm)) == [arm.name] && Set(points.map(\.measure.evaluation)) == [measure.name])
    #expect(
      points.map(\.measure.metric)
        == ["frozen", "supervised"].flatMap { kind in measure.labelsPerClass.map { "\(kind)-\($0)" } })
  }

  @Test func everyArmIsMeasuredByWhatItsTablesNeed() {
    let experiment = RotNetOnCIFAR10(scale: .reduced)
    let own = Dictionary(
      uniqueKeysWithValues: experiment.arms.map { arm in
        (arm.name, Set(experiment.evaluations(of: arm).map(\.name)))
      })
    let common: Set<String> = [
      "knn-v1", "linear-v1", "conv-classifier-conv2-v1", "non-linear-classifier-conv2-v1",
    ]
    #expect(own["RotNet"] == common.union(["few-labels-100-v1"]))
    #expect(own["random init"] == common && own["8 rotations"] == common)
    #expect(own["supervised"] == common.union(["classifier-v1"]))
    #expect(
      own["RotNet, 5 blocks"]
        == common.union(["non-linear-classifier-by-block-v1", "conv-classifier-by-block-v1"]))
    #expect(
      own["RotNet with labels"] == common.union(["conv-classifier-fine-tuned-v1", "few-labels-v1"]))
    #expect(Set(experiment.evaluationNames) == own.values.reduce(into: Set()) { $0.formUnion($1) })
    let measured = own.values.reduce(into: Set()) { $0.formUnion($1) }
    for column in experiment.tables.flatMap(\.columns) {
      #expect(measured.contains(column.measure.evaluation), "\(column.title)")
    }
  }

  @Test func thePaperScaleIsTheAuthorsRecipe() throws {
    let arm = try #require(arms(.paper)["RotNet"])
    #expect(
      arm.plan
        == TrainingPlan(
          epochs: 200, batchSize: 128,
          optimizer: .sgd(learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4, nesterov: true),
          schedule: .steps(epochs: [60, 120, 160], factor: 0.2)))
    let rates = [0, 59, 60, 119, 120, 159, 160, 199].map { epoch in
      0.1 * arm.plan.schedule.factor(at: epoch * 390, of: 200 * 390, stepsPerEpoch: 390)
    }
    for (rate, expected) in zip(rates, [0.1, 0.1, 0.02, 0.02, 0.004, 0.004, 0.0008, 0.0008] as [Float]) {
      #expect(abs(rate - expected) < 1e-7)
    }
    let constants = try #require(
      arm.hyperparameters as? NetworkAndMethod<NetworkInNetwork.Configuration, RotNet.Hyperparameters>)
    #expect(constants.network == .init(blocks: 4, width: 192, featureBlock: 2))
    #expect(constants.method.rotations == .quarters && constants.method.padding == 4)
    let recipe = RotNetRecipe.published()
    #expect(recipe.convolutional.epochs == 100 && recipe.convolutional.augments)
    #expect(recipe.convolutional.schedule == .steps(epochs: [35, 70, 85], factor: 0.2))
    #expect(recipe.nonLinear.schedule == .steps(epochs: [20, 40, 45], factor: 0.2))
    #expect(recipe.fewLabels.frozen.draws == 50_000 && recipe.fewLabels.supervised.epochs == 200)
    #expect(recipe.labelledMeasures.fewLabels.labelsPerClass == [20, 100, 400, 1_000, 5_000])
    let supervised = try #require(arms(.paper)["supervised"])
    #expect(supervised.plan == arm.plan)
    let network = try #require(
      supervised.hyperparameters
        as? NetworkAndMethod<NetworkInNetwork.Configuration, Supervised.Hyperparameters>
    ).network
    #expect(network == .init(blocks: 3, width: 192, featureBlock: 3))
  }

  @Test func reducedIsAQuarterAsWide() throws {
    let recipe = RotNetRecipe.reduced()
    #expect(recipe.network.width * 4 == RotNetRecipe.published().network.width)
    #expect(!recipe.convolutional.augments && !recipe.nonLinear.augments)
  }

  @Test func impossibleConstantsAreRefusedWithWhatIsWrong() throws {
    let experiment = RotNetOnCIFAR10(scale: .smoke)
    let arm = try #require(experiment.arms.first { $0.name == "RotNet" })
    for (setting, problem) in [
      ("width=64", "multiple of 6"), ("blocks=6", "3, 4 or 5"), ("featureBlock=5", "1...4"),
      ("padding=-1", "padding"),
    ] {
      let changed = try Arm.applying([#require(Override(setting))], to: [arm])[0]
      #expect { try changed.check(imageCount: 512) } throws: { "\($0)".contains(problem) }
    }
    for arm in RotNetOnCIFAR10(scale: .paper).arms { try arm.check(imageCount: 50_000) }
  }

  @Test func everyArmHasALossAtSmokeScale() throws {
    let images = Shapes.images(8, seed: 0, stream: "images")
    for arm in RotNetOnCIFAR10(scale: .smoke).arms {
      let method = arm.method(seed: 0, on: images)
      let loader = ViewLoader(images, augmentations: method.augmentations, standardization: .cifar10)
      let batch = loader.batch(indices: Array(0..<8), epoch: 0)
      #expect(batch.views.allSatisfy { $0.images.shape == [8, 32, 32, 3] }, "\(arm.name)")
      let loss = method.loss(of: batch, at: TrainingProgress(step: 0, steps: 1, epoch: 0, epochs: 1))
      #expect((0.1...4).contains(loss.total.item), "\(arm.name): \(loss.total.item)")
    }
  }

  @Test func aSmokeRunMeasuresEverything() throws {
    let images = Shapes.images(128, seed: 0, stream: "images")
    let experiment = RotNetOnCIFAR10(scale: .smoke)
    for name in ["RotNet with labels", "RotNet, 3 blocks", "supervised"] {
      let arm = try #require(experiment.arms.first { $0.name == name })
      let method = arm.method(seed: 0, on: images)
      let pretrainer = try Pretrainer(
        method: method, plan: arm.plan, images: images, standardization: .shapes, seed: 0)
      try pretrainer.step()
      let candidate = Candidate(
        method, training: images, test: Shapes.images(40, seed: 0, stream: "test"), standardization: .shapes,
        dataType: arm.plan.precision.dataType)
      for evaluation in experiment.evaluations(of: arm) {
        let scores = try evaluation.evaluate(candidate)
        #expect(!scores.isEmpty && scores.allSatisfy { $0.value.isFinite }, "\(name), \(evaluation.name)")
      }
    }
  }
}
