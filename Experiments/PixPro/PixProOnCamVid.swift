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
    "reduced: 100 epochs of 2,202 windows, 6 (MoCo v2) to 10 minutes (PixPro) per seed on two Zen 4 cores, by version 1, whose "
    + "steps were the same"
  public static let version = 2

  public let dataset: DatasetReference
  public let evaluations: [any Evaluation]
  public let claims = PixProClaims.all(on: "windows of CamVid's training frames")
  public let demonstration = Demonstration("PixPro", under: nil, margin: 8)
  public let tuning: TuningGrid?
  private let recipe: PixProRecipe
  private let scale: Scale

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
    case .demo:
      dataset = .shapes.first(3_000)
      recipe = PixProRecipe(
        encoder: .resNet18(width: 8, strides: strides), side: 32, epochs: 6, batchSize: 64, warmupEpochs: 1)
      recipe.fitHeads(hidden: 128, embedding: 64)
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
    if [.demo, .reduced].contains(scale) { recipe.trainShortly() }
    (self.recipe, self.scale) = (recipe, scale)
    // Drawn images have classes in place of masks.
    evaluations =
      PixProEvaluations.dense(side: recipe.method.views.side, at: scale)
      + (scale == .demo ? [LinearProbe()] : [])
    tuning = scale == .reduced ? PixProClaims.grid : nil
  }

  public var arms: [Arm] {
    recipe.compared(ceiling: PixProEvaluations.ceiling(at: scale)) + recipe.explorations
  }

  public var tables: [PaperTable] {
    let own: [PaperTable.Column] = [
      .linearCamVid, .init("mIoU, frozen FCN", evaluation: "dense-fcn-camvid-v1", metric: "miou"),
    ]
    return PaperTable.transfer(own) + [.detection, .pixelTasks(own + [.retrieval])]
      + PaperTable.constants([.linearCamVid])
  }
}

extension PixProRecipe {
  /// What version 2 changes for trainings of some thousand steps in small batches; what `repro tune` chooses is entered here.
  mutating func trainShortly() {
    // LARS normalizes gradients, so that its rate is not scaled down with the batch; and keys that follow as slowly as those
    // of 125,000 steps are still near their beginning after 3,400.
    let choice = Choice(rate: 1, keyMomentum: 0.96)
    use(pixPro: choice, instance: choice, moco: Choice(rate: 0.03, keyMomentum: 0.96))
    simCLRRate = 1
    // Crops of a fifth rather than of a twelfth: views of 96 pixels have 36 pixels in their maps, and those of small crops
    // share none.
    crop(atLeast: 0.2)
  }
}
