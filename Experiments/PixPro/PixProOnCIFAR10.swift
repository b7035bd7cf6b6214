import Evaluation
import Harness
import NeuralNetworks
import Pretraining
import Vision

/// The same question for pre-training on small images of one thing each, asked of mosaics of such images and of CamVid;
/// version 1 had a recorded seed, and version 2 has none.
public struct PixProOnCIFAR10: Experiment {
  public static let name = "pixpro-cifar10"
  public static let paper = Paper.pixPro
  public static let cost = "reduced: 4 epochs, 7 (MoCo v2) to 13 minutes (PixPro) per seed on two Zen 4 cores"
  public static let version = 2

  public let dataset: DatasetReference
  public let evaluations: [any Evaluation]
  public let denseDataset: DatasetReference?
  public let claims = PixProClaims.all(on: "CIFAR-10")
  public let demonstration = Demonstration("PixPro", margin: 8)
  private let recipe: PixProRecipe
  private let supervisedPlan: TrainingPlan

  public init(scale: Scale) {
    // No stride in the last stage: maps of 8 × 8 pixels.
    let strides = [1, 2, 2, 1]
    var recipe: PixProRecipe
    let supervisedEpochs: Int
    switch scale {
    case .paper:  // the authors' 400 epochs of ImageNet; nobody has a recipe for CIFAR-10
      dataset = .cifar10
      recipe = PixProRecipe(
        encoder: .resNet18(strides: strides), side: 32, epochs: 400, batchSize: 1_024, warmupEpochs: 5)
      recipe.useMoCo(queue: 4_096, groups: 8)
      supervisedEpochs = 200
    case .reduced:
      dataset = .cifar10
      recipe = PixProRecipe(
        encoder: .resNet18(width: 16, strides: strides), side: 32, epochs: 4, batchSize: 256,
        warmupEpochs: 0.5)
      recipe.fitHeads(hidden: 256, embedding: 128)
      recipe.useMoCo(queue: 4_096, groups: 8)
      supervisedEpochs = 4
    case .demo:
      dataset = .shapes.first(3_000)
      recipe = PixProRecipe(
        encoder: .resNet18(width: 8, strides: strides), side: 32, epochs: 6, batchSize: 64, warmupEpochs: 1)
      recipe.fitHeads(hidden: 128, embedding: 64)
      recipe.useMoCo(queue: 512, groups: 4)
      recipe.trainShortly()
      supervisedEpochs = 3
    case .smoke:
      dataset = .cifar10.first(512)
      recipe = PixProRecipe(
        encoder: .resNet18(width: 4, strides: strides), side: 16, epochs: 2, batchSize: 64, warmupEpochs: 1)
      recipe.fitHeads(hidden: 32, embedding: 16)
      recipe.useMoCo(queue: 256, groups: 2)
      supervisedEpochs = 2
    }
    // No blur, as for all images of 32 pixels (SimCLR, appendix B.9).
    (recipe.method.views.firstBlurProbability, recipe.method.views.secondBlurProbability) = (0, 0)
    recipe.moco.blurProbability = 0
    self.recipe = recipe
    supervisedPlan = .supervised(epochs: supervisedEpochs, batchSize: min(256, recipe.plan.batchSize))
    denseDataset = scale == .demo ? nil : .camvid
    let mosaics = scale == .smoke ? DenseProbe.Task.mosaics(training: 32, test: 16) : .mosaics()
    evaluations =
      PixProEvaluations.dense(side: recipe.method.views.side, at: scale) + [
        PixProEvaluations.fcn(on: mosaics, at: scale), NearestNeighbors(), LinearProbe(),
        ClassifierAccuracy(),
      ]
  }

  public var arms: [Arm] {
    recipe.compared()
      + [.supervised(recipe.encoder, classCount: dataset.classCount, plan: supervisedPlan)]
      + recipe.explorations
  }

  public var tables: [PaperTable] {
    let camVid = PaperTable.Column.linearCamVid
    let mosaics = PaperTable.Column(
      "mIoU on mosaics, frozen FCN", evaluation: "dense-fcn-mosaics-v1", metric: "miou")
    let dense = [camVid, mosaics]
    let image = PaperTable.Column("top-1 of whole images, linear", evaluation: "linear-v1")
    return PaperTable.transfer(dense) + [.pixelTasks(dense + [image]), .wholeImages([image, camVid])]
      + PaperTable.constants(dense)
  }
}
