import Evaluation
import Harness
import NeuralNetworks
import Pretraining
import Vision

/// Do pixel-level views of street scenes give features that tell road from sidewalk?
public struct PixProOnCamVid: Experiment {
  public static let name = "pixpro-camvid"
  public static let paper = Paper.pixPro
  public static let cost =
    "reduced: 100 epochs of 2,202 windows, 6 (MoCo v2) to 10 minutes (PixPro) per seed on two Zen 4 cores"
  public static let version = 1

  public let dataset: DatasetReference
  public let evaluations: [any Evaluation]
  public let claims = [
    Claim(
      "At equal steps and images, features of pixel-level consistency segment CamVid better than MoCo v2's, by a linear "
        + "probe's mean intersection over union.",
      [Comparison("PixPro", over: "MoCo v2", evaluation: "dense-linear-camvid-v1", metric: "miou")],
      equalWithin: 0.25, because: PixProRecipe.marginReason, provided: PixProRecipe.checks)
  ]
  private let recipe: PixProRecipe

  public init(scale: Scale) {
    // An ImageNet stem and no stride in the last stage: maps of 6 × 6 pixels.
    let strides = [1, 2, 2, 1]
    var recipe: PixProRecipe
    switch scale {
    case .paper:  // the authors' 400 epochs of ImageNet; nobody has a recipe for so few images
      dataset = .camvid
      recipe = PixProRecipe(
        encoder: .resNet18(stem: .imageNet, strides: strides), side: 96, epochs: 400, batchSize: 256,
        warmupEpochs: 5)
    case .reduced:
      dataset = .camvid
      recipe = PixProRecipe(
        encoder: .resNet18(width: 16, stem: .imageNet, strides: strides), side: 96, epochs: 100,
        batchSize: 64,
        warmupEpochs: 5)
      recipe.fitHeads(hidden: 256, embedding: 128)
    case .smoke:
      dataset = .camvid.first(256)
      recipe = PixProRecipe(
        encoder: .resNet18(width: 4, stem: .imageNet, strides: strides), side: 48, epochs: 2, batchSize: 64,
        warmupEpochs: 1)
      recipe.fitHeads(hidden: 32, embedding: 16)
    }
    // Fewer keys than images, of which windows of one frame are near copies.
    recipe.useMoCo(queue: scale == .smoke ? 128 : 512, groups: 4)
    (recipe.simCLR.blurProbability, recipe.simCLR.colorStrength) = (0.5, 1)
    self.recipe = recipe
    evaluations =
      DenseProbe.Head.allCases.map { DenseProbe.pixPro($0, on: .camvid, at: scale) }
      + [PixelRetrieval(side: recipe.method.views.side, limit: scale == .smoke ? 64 : 1_000)]
      + DenseProbe.pixProVersion2(on: .camvid, at: scale)
  }

  public var arms: [Arm] { recipe.headline + recipe.explorations }

  public var tables: [PaperTable] {
    let linear = PaperTable.Column("mIoU, linear", evaluation: "dense-linear-camvid-v1", metric: "miou")
    let own = [
      linear,
      .init("mIoU, frozen FCN", evaluation: "dense-fcn-camvid-v1", metric: "miou"),
      .init("mIoU, fine-tuned FCN", evaluation: "dense-fcn-fine-tuned-camvid-v1", metric: "miou"),
    ]
    return PaperTable.transfer(own) + [.detection, .pixelTasks(own)] + PaperTable.constants([linear])
  }
}
