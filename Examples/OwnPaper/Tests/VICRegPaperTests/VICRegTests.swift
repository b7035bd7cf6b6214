import Harness
import NeuralNetworks
import Pretraining
import Tensors
import TestSupport
import Testing
import VICRegPaper
import Vision

/// The method's network and the experiment's declarations.
struct VICRegTests {
  @Test func everyParameterIsTrained() {
    var constants = VICReg.Hyperparameters()
    (constants.hiddenDimension, constants.embeddingDimension) = (24, 16)
    var random = Random(seed: 0, stream: "weights")
    let method = VICReg(.resNet18(width: 4), constants, side: 16, using: &random)
    let images = randomTensor([8, 16, 16, 3])
    let views = [1, 2].map { seed in
      Batch.View(images: images + 0.3 * randomTensor([8, 16, 16, 3], seed: seed), crops: [])
    }
    let batch = Batch(views: views, indices: Array(0..<8))
    let start = TrainingProgress(step: 0, steps: 10, epoch: 0, epochs: 1)
    let (_, gradients) = withGradients(of: method.parameters) { method.loss(of: batch, at: start) }
    for (name, parameter) in method.namedParameters {
      #expect(gradients[parameter]?.floats.contains { $0 != 0 } == true, "\(name) has no gradient")
    }
    #expect(method.augmentations.count == 2)
    #expect(method.augmentations[0].outputSize(height: 32, width: 32) == (16, 16))
    expectClose(method.chanceLevels(batchSize: 8).values.map { Float($0) }, [1.98])
  }

  @Test(arguments: Scale.allCases) func theArmsDifferInNothingButTheCovariance(scale: Scale) throws {
    let experiment = VICRegOnCIFAR10(scale: scale)
    for arm in experiment.arms { try arm.check() }
    let arms = Dictionary(uniqueKeysWithValues: experiment.arms.map { ($0.name, $0) })
    let (with, without) = (try #require(arms["VICReg"]), try #require(arms["without covariance"]))
    typealias Constants = NetworkAndMethod<ResNet.Configuration, VICReg.Hyperparameters>
    var changed = try #require(with.hyperparameters as? Constants)
    #expect(changed.method.covarianceWeight == 1 && with.plan == without.plan)
    changed.method.covarianceWeight = 0
    let plain = try #require(without.hyperparameters as? Constants)
    #expect(plain.method == changed.method && plain.network == changed.network)
    for name in experiment.claims.flatMap(\.arms) { #expect(arms[name] != nil, "there is no arm “\(name)”") }
  }

  @Test func whatCannotBeTrainedIsRefused() {
    var constants = VICReg.Hyperparameters()
    constants.covarianceWeight = -1
    let plan = VICRegOnCIFAR10(scale: .smoke).arms[0].plan
    #expect(constants.problem(with: plan)?.contains("covarianceWeight") == true)
    constants.covarianceWeight = 1
    #expect(constants.problem(with: plan) == nil)
  }
}
