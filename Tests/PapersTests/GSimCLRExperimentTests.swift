import Evaluation
import Foundation
import NeuralNetworks
import Testing
import Vision

@testable import GSimCLRPaper
@testable import Harness
@testable import Pretraining
@testable import Records
@testable import Tensors

@Suite struct GSimCLRExperimentTests {
  func arms(_ scale: Scale) -> [String: Arm] { GSimCLROnCIFAR10(scale: scale).armsByName }

  @Test(arguments: Scale.allCases) func everyArmChangesOneThing(scale: Scale) throws {
    let arms = arms(scale)
    let guided = try #require(arms["G-SimCLR"])
    let (batches, count) = (
      "hyperparameters.method.batches", "hyperparameters.method.clustering.clusterCount"
    )
    let fewer = Set([count, "plan.batchSize"] + (scale == .reduced ? ["plan.epochs"] : []))
    let expected: [String: Set<String>] = [
      "SimCLR": [batches], "released sampler": [batches], "fixed shuffled batches": [batches],
      "true labels": [batches], "random encoder": [batches, "plan.epochs"], "half the clusters": [count],
      "four times the clusters": [count], "evenly drawn clusters": [batches],
      "G-SimCLR, batches of 16": fewer, "SimCLR, batches of 16": fewer.union([batches]),
      "true labels, batches of 16": fewer.union([batches]),
    ]
    for (name, paths) in expected {
      #expect(differences(try #require(arms[name], "\(name)"), guided) == paths, "\(name)")
    }
    #expect(Set(arms.keys).subtracting(expected.keys) == ["G-SimCLR", "supervised"])
    #expect(
      Set(arms.values.filter(\.usesLabels).map(\.name)) == [
        "true labels", "true labels, batches of 16", "supervised",
      ])
    #expect(Set(arms.values.filter { $0.role == .headline }.map(\.name)) == ["SimCLR", "G-SimCLR"])
    for arm in arms.values { try arm.check(imageCount: 50_000) }
  }

  /// What claims, gates and the grid name is there, and a rate is never scaled down with the batch.
  @Test func whatIsJudgedAndTriedIsDeclared() throws {
    let experiment = GSimCLROnCIFAR10(scale: .reduced)
    try experiment.checkDeclarations()
    #expect(experiment.claims.count == 3 && experiment.claims.allSatisfy { $0.gates.count == 1 })
    #expect(experiment.claims.allSatisfy { $0.firstSeed == 10 })
    #expect(experiment.headline == Comparison("G-SimCLR", over: "SimCLR", evaluation: "linear-v1"))
    for arm in experiment.arms where arm.plan.epochs > 0 && arm.name != "supervised" {
      #expect(arm.plan.optimizer.learningRate >= 0.5, "\(arm.name)")
    }
  }

  @Test func thePaperScaleIsTheReleasedCodeAsFarAsItGoes() throws {
    let arm = try #require(arms(.paper)["released sampler"])
    #expect(
      arm.plan
        == TrainingPlan(
          epochs: 15, batchSize: 64, optimizer: .sgd(learningRate: 0.1, momentum: 0),
          schedule: .cosineRestarts(firstSteps: 1_000)))
    let constants = try #require(
      arm.hyperparameters as? NetworkAndMethod<ResNet.Configuration, GSimCLR.Hyperparameters>)
    let method = constants.method
    #expect(method.contrast.temperature == 0.1 && method.contrast.embeddingDimension == 50)
    #expect(method.views == .released && method.batches == .rankOrder && method.contrast.head == .twoHidden)
    #expect(method.clustering == KMeans(clusterCount: 64, restarts: 10))
    #expect(method.autoencoder == Denoising.Hyperparameters() && method.autoencoder.patience == 2)
    var random = Random(seed: 0, stream: "weights")
    let network = ResNet(constants.network, using: &random)
    #expect(network.featureCount == 256)
    inference {
      #expect(network.featureMap(of: Tensor(zeros: [1, 32, 32, 3])).shape == [1, 8, 8, 256])
    }
  }

  @Test func impossibleConstantsAreRefused() throws {
    let plan = try #require(arms(.smoke)["G-SimCLR"]).plan
    #expect(GSimCLR.Hyperparameters().problem(with: plan) == nil)
    let cases: [(String, (inout GSimCLR.Hyperparameters) -> Void)] = [
      ("temperature", { $0.contrast.temperature = 0 }), ("clustering", { $0.clustering.clusterCount = 1 }),
      ("clustering", { $0.clustering.restarts = 0 }), ("autoencoder", { $0.autoencoder.width = 0 }),
      ("autoencoder", { $0.autoencoder.noise = -1 }),
    ]
    for (name, change) in cases {
      var constants = GSimCLR.Hyperparameters()
      change(&constants)
      #expect(constants.problem(with: plan)?.hasPrefix(name) == true, "\(name)")
    }
    var random = Random(seed: 0, stream: "weights")
    var constants = GSimCLR.Hyperparameters()
    constants.clustering.clusterCount = 50
    let method = GSimCLR(.resNet18(width: 4), constants, using: &random)
    let few = Shapes.images(40, seed: 0, stream: "few")
    #expect(throws: RunProblem.self) {
      try method.prepare(Preparation(on: few, seed: 0, precision: .float32))
    }
  }

  @Test func evaluationsApplyToWhatTheyCanMeasure() throws {
    let experiment = GSimCLROnCIFAR10(scale: .smoke)
    let arms = arms(.smoke)
    func names(_ arm: String) throws -> Set<String> {
      Set(experiment.evaluations(of: try #require(arms[arm])).map(\.name))
    }
    let labelFree: Set<String> = ["knn-v1", "linear-v1", "semi-supervised-10-v1", "semi-supervised-10-v2"]
    #expect(try names("SimCLR") == labelFree.union(["points-v1", "batches-v1"]))
    #expect(try names("G-SimCLR") == labelFree.union(["points-v1", "batches-v1", "clusters-v1"]))
    #expect(try names("true labels") == ["knn-v1", "linear-v1", "points-v1", "batches-v1"])
    #expect(try names("random encoder") == labelFree.union(["points-v1"]))
    #expect(try names("supervised") == ["knn-v1", "linear-v1", "classifier-v1"])
  }

  /// One guided run and its baseline at smoke scale, to their scores, pictures and rows.
  @Test func runsFromEndToEnd() throws {
    let experiment = GSimCLROnCIFAR10(scale: .smoke)
    let output = FileManager.default.temporaryDirectory.appending(component: "gsimclr-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: output) }
    let dataset = DatasetReference.shapes.first(512)
    let all = try dataset.load(from: output)
    let images = ImageCollection(
      pretraining: all.pretraining, training: all.training, test: all.test.subset(0..<200),
      identity: all.identity)
    func run(shouldStop: @escaping () -> Bool = { false }) throws -> Runner.Outcome {
      let request = Runner.Request(
        scale: .smoke, arms: try experiment.arms(named: ["G-SimCLR"]), seeds: [0], dataset: dataset,
        output: output, threads: WorkerPool.threads)
      return try Runner(
        experiment, request, images: images, source: SourceState(commit: "0123456789", changedFiles: []),
        shouldStop: shouldStop
      ) { _ in }.run()[0]
    }
    // Stopped in the midst of the preparation, it is prepared again.
    var questions = 0
    #expect(throws: Interrupted.self) {
      _ = try run {
        questions += 1
        return questions > 4
      }
    }
    let outcome = try run()
    let folder = outcome.run.folder
    #expect(outcome.manifest.status == .finished && outcome.manifest.preparationSeconds! > 0)
    #expect(
      folder.storedPictures.map(\.lastPathComponent) == ["clusters.png", "reconstructions.png", "views.png"])
    let scores = Dictionary(
      uniqueKeysWithValues: try ScoreRow.read(from: folder.scores).map { ($0.measure.name, $0.value) })
    for measure in [
      "linear-v1 top1", "points-v1 top1-p1", "points-v1 top1-p2", "clusters-v1 purity", "clusters-v1 nmi",
      "batches-v1 same-class-pairs", "semi-supervised-10-v1 top1",
    ] {
      #expect((0...100).contains(try #require(scores[measure], "\(measure)")), "\(measure)")
    }
    #expect(scores["batches-v1 same-cluster-pairs"] == 0)
    let curves = try CurveRow.read(from: folder.curves)
    #expect(curves.filter { $0.metric == "preparation/reconstruction" }.count == 1)
    #expect(curves.filter { $0.metric == "loss" }.map(\.epoch) == [1, 2])
  }
}
