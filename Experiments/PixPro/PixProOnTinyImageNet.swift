import Evaluation
import Harness
import NeuralNetworks
import Pretraining
import Vision

/// The same question for pre-training on photographs of many things, asked of CamVid; defined and tested, without recorded
/// result.
public struct PixProOnTinyImageNet: Experiment {
  public static let name = "pixpro-tiny-imagenet"
  public static let paper = Paper.pixPro
  public static let cost = "reduced: 6 epochs of 50,000 images of 64 pixels; not measured, no recorded result"
  public static let version = 1

  public let dataset: DatasetReference
  public let evaluations: [any Evaluation]
  public let denseDataset: DatasetReference?
  public let claims = PixProClaims.all(on: "Tiny ImageNet-100")
  public let demonstration = Demonstration("PixPro", under: nil, margin: 8)
  private let recipe: PixProRecipe

  public init(scale: Scale) {
    // As for CamVid, on whose frames it is measured; maps of 4 × 4 pixels.
    let strides = [1, 2, 2, 1]
    var recipe: PixProRecipe
    switch scale {
    case .paper:  // the authors' 400 epochs of ImageNet; nobody has a recipe for Tiny ImageNet
      dataset = .tinyImageNet100
      recipe = PixProRecipe(
        encoder: .resNet18(stem: .imageNet, strides: strides), side: 64, epochs: 400, batchSize: 1_024,
        warmupEpochs: 5)
    case .reduced:
      dataset = .tinyImageNet100
      recipe = PixProRecipe(
        encoder: .resNet18(width: 16, stem: .imageNet, strides: strides), side: 64, epochs: 6, batchSize: 64,
        warmupEpochs: 0.3)
      recipe.fitHeads(hidden: 256, embedding: 128)
    case .demo:
      dataset = .shapes.first(3_000)
      recipe = PixProRecipe(
        encoder: .resNet18(width: 8, strides: strides), side: 32, epochs: 6, batchSize: 64, warmupEpochs: 1)
      recipe.fitHeads(hidden: 128, embedding: 64)
    case .smoke:
      dataset = .tinyImageNet100.first(256)
      recipe = PixProRecipe(
        encoder: .resNet18(width: 4, stem: .imageNet, strides: strides), side: 32, epochs: 2, batchSize: 64,
        warmupEpochs: 1)
      recipe.fitHeads(hidden: 32, embedding: 16)
    }
    recipe.useMoCo(queue: scale == .smoke ? 128 : scale == .demo ? 512 : 4_096, groups: 4)
    if [.demo, .reduced].contains(scale) { recipe.trainShortly() }
    self.recipe = recipe
    denseDataset = scale == .demo ? nil : .camvid
    evaluations =
      PixProEvaluations.dense(side: recipe.method.views.side, at: scale) + [
        NearestNeighbors(), LinearProbe(),
      ]
  }

  public var arms: [Arm] { recipe.compared() }

  public var tables: [PaperTable] {
    [
      PaperTable(
        "Transfer from Tiny ImageNet-100",
        arms: ["instance branch alone", "MoCo v2 with PixPro's views", "PixPro"],
        columns: [
          .linearCamVid, .retrieval,
          .init("top-1 of whole images, linear", evaluation: "linear-v1"),
        ])
    ]
  }
}
