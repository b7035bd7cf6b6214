import Foundation
import NeuralNetworks
import Pretraining
import Tensors
import Testing
import Vision

@testable import Commands
@testable import Harness
@testable import Records
@testable import repro

@Suite struct ConfigurationTests {
  private let arms = TinyExperiment().arms

  private func applying(_ settings: String...) throws -> [Arm] {
    try Arm.applying(settings.map { try #require(Override($0)) }, to: arms)
  }

  @Test func aConstantIsSetByItsPathOrItsEnd() throws {
    #expect(try applying("plan.epochs=5").map(\.plan.epochs) == [5, 5, 0])
    #expect(try applying("epochs=5", "batchSize=4").allSatisfy { $0.plan.batchSize == 4 })
    let changed = try applying("hyperparameters.pull=0.25", "learningRate=1")
    #expect(changed.map { ($0.hyperparameters as! TinyMethod.Hyperparameters).pull } == [0.25, 0.25, 0.25])
    #expect(changed[0].plan.optimizer.learningRate == 1)
    #expect(changed.map(\.name) == arms.map(\.name) && changed.map(\.role) == arms.map(\.role))
  }

  @Test func theMethodIsBuiltFromTheChangedConstants() throws {
    let arm = try applying("queueLength=9")[0]
    var random = Random(seed: 0, stream: "weights")
    #expect((arm.makeMethod(&random) as! TinyMethod).hyperparameters.queueLength == 9)
  }

  @Test func anUnknownKeyOffersTheNearest() {
    #expect(errorText { _ = try applying("plan.epoch=5") }.contains("did you mean “plan.epochs”"))
    #expect(
      errorText { _ = try applying("queuelenght=5") }.contains("did you mean “hyperparameters.queueLength”"))
    #expect(
      errorText { _ = try applying("queueSize=5") }.contains("did you mean “hyperparameters.queueLength”"))
    #expect(errorText { _ = try applying("zzz=5") }.contains("no arm has a constant “zzz”; `repro config"))
  }

  @Test(arguments: [
    "epochs=many", "epochs=1.5", "epochs=true", "pull=nan", "nesterov=1", "precision=float16",
  ])
  func aValueOfAnotherKindIsRefused(setting: String) {
    #expect(errorText { _ = try applying(setting) }.contains("cannot be the value of"))
  }

  /// The last of two would have won in silence.
  @Test func aConstantIsSetOnce() {
    for second in ["plan.epochs=7", "epochs=5"] {
      let text = errorText {
        _ = try Arm.applying(
          [Override("epochs=5")!, Override(second)!], to: TinyExperiment().arms(named: ["hard-pull"]))
      }
      #expect(text.contains("plan.epochs is set twice"), "\(text)")
    }
  }

  @Test(arguments: ["", "=", "a=", "=1", "a"])
  func whatIsNoSettingIsNone(text: String) { #expect(Override(text) == nil) }

  @Test(arguments: [
    ("0...2", [0, 1, 2]), ("0..2", [0, 1, 2]), ("0,1,2", [0, 1, 2]), ("7", [7]),
    ("100..102, 5,100", [100, 101, 102, 5]),
  ])
  func seedsAreReadInEveryForm(text: String, seeds: [UInt64]) throws {
    #expect(try SeedList(parsing: text).seeds == seeds)
  }

  @Test(arguments: ["", "a", "0...", "...2", "2..0", "-1", "0,,1", "1....3", "0..9999999", "4294967296"])
  func whatIsNoSeedIsSaidToBeNone(text: String) {
    #expect(throws: RunProblem.self) { try SeedList(parsing: text) }
  }

  @Test func wholeListsAndObjectsCanBeSet() throws {
    let experiment = try allExperiments.experiment(named: "co2-cifar10").init(scale: .smoke)
    let arms = try Arm.applying(
      [Override("hyperparameters.network.blocks=[1,1,1,1]")!], to: experiment.arms(named: ["MoCo"]))
    #expect(arms[0].configuration.json.value(at: ["hyperparameters", "network", "blocks"]) == [1, 1, 1, 1])
    #expect(throws: OverrideError.self) {
      try Arm.applying([Override("hyperparameters.network.blocks=3")!], to: experiment.arms(named: ["MoCo"]))
    }
  }

  /// Each of these trapped: in a method that its arm does not use, in memory, or in the check itself.
  @Test(arguments: [
    ("swav-cifar10", "two crops", "small.largest=2"), ("swav-cifar10", "two crops", "small.hueStrength=1"),
    ("swav-cifar10", "two crops", "small.smallest=0.9"),
    ("swav-cifar10", "two crops", "queueLength=\(Int.max)"),
    ("swav-cifar10", "two crops", "large.side=100000"),
    ("swav-cifar10", "two crops", "smallCount=1000000000"),
    ("swav-cifar10", "two crops", "hiddenDimension=1000000000"),
    ("co2-cifar10", "MoCo", "embeddingDimension=1000000000"),
    ("co2-cifar10", "MoCo", "queueLength=1000000000"),
    ("co2-cifar10", "MoCo", "batchSize=1000000000"), ("co2-cifar10", "MoCo", "width=1000000000"),
  ])
  func valuesBeyondEveryMachineAreRefused(experiment: String, arm: String, setting: String) throws {
    let experiment = try allExperiments.experiment(named: experiment).init(scale: .smoke)
    let arms = try Arm.applying([Override(setting)!], to: experiment.arms(named: [arm]))
    let text = errorText { try arms[0].check() }
    #expect(text.contains(setting.split(separator: "=")[0].split(separator: ".").last!), "\(text)")
  }

  @Test func everyConstantOfEveryArmLiesWithinItsRange() throws {
    for type in allExperiments.experiments {
      for scale in Scale.allCases {
        for arm in type.init(scale: scale).arms { try arm.check() }
      }
    }
  }

  @Test func armsAreFoundByNameAndSlug() throws {
    let experiment = TinyExperiment()
    #expect(
      try experiment.arms(named: ["hard-pull", "Soft pull"]).map(\.name) == ["Soft pull", "Hard pull"])
    #expect(try experiment.arms(named: []).count == 3)
    #expect(try experiment.arms(named: ["all"]).count == 3)
    let text = errorText { _ = try experiment.arms(named: ["hard-pul"]) }
    #expect(text.contains("did you mean “Hard pull”?"))
  }

  /// A list is split at its commas before it is known which of them belong to a name.
  @Test func namesWithCommasMayComeInParts() throws {
    let experiment = try allExperiments.experiment(named: "co2-cifar10").init(scale: .smoke)
    func found(_ list: String) throws -> [String] {
      try experiment.arms(named: ArmOptions.names(list)).map(\.name)
    }
    #expect(try found("MoCo, five classes,MoCo + CO2") == ["MoCo + CO2", "MoCo, five classes"])
    #expect(try found("MoCo,MoCo, five classes") == ["MoCo", "MoCo, five classes"])
    #expect(throws: UnknownName.self) { try found("MoCo, six classes") }
  }

  @Test func experimentsAreFoundByName() throws {
    let catalogue = Catalogue([TinyExperiment.self])
    #expect(try catalogue.experiment(named: "tiny-shapes").name == "tiny-shapes")
    let text = errorText { _ = try catalogue.experiment(named: "tinyshapes") }
    #expect(text == "there is no experiment “tinyshapes”; did you mean “tiny-shapes”?")
  }

  @Test(arguments: [
    ("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("reducde", "reduced", 1), ("a", "b", 1),
  ])
  func distancesCountEdits(one: String, other: String, distance: Int) {
    #expect(one.editDistance(to: other) == distance)
    #expect(other.editDistance(to: one) == distance)
  }

  @Test func whereThereAreNoNamesNoneIsListed() {
    let text = UnknownName(kind: "run", name: "abc", known: []).description
    #expect(text == "there is no run “abc”, nor any other")
  }

  @Test func namesBecomeFolders() { #expect("MoCo + CO2 (α = 0.3)".slug == "moco-co2-0-3") }

  @Test func armsThatShareAFolderAreRefused() throws {
    let arm = arms[0]
    let twin = Arm("soft-pull", hyperparameters: TinyMethod.Hyperparameters(), plan: arm.plan) {
      TinyMethod($0, using: &$1)
    }
    #expect(throws: RunProblem.self) { try checkDistinct([arm, twin]) }
  }

  @Test func thePrecisionOfARunIsNeverAutomatic() {
    #expect(Precision.automatic.resolved != .automatic)
    #expect(Precision.float32.resolved == .float32)
  }

  @Test func aNetworkOfZerosIsRefused() {
    let plan = TrainingPlan.supervised(epochs: 1, batchSize: 8)
    func problem(_ rule: ConvolutionInitialization?) -> String? {
      ResNet.Configuration.resNet18(firstWeights: rule).problem(with: plan)
    }
    #expect(problem(.zero)?.contains("firstWeights") == true)
    #expect(problem(nil) == nil && problem(.normalFanOut) == nil && problem(.uniformFanIn) == nil)
  }
}
