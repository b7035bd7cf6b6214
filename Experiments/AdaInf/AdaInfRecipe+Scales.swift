import NeuralNetworks

extension AdaInfRecipe {
  /// The released configurations.
  static var paper: AdaInfRecipe {
    var recipe = AdaInfRecipe(
      encoder: .resNet18(), epochs: 1_000, imagesPerEpoch: 51_200, batchSize: 512, addedCount: 1_000_000)
    recipe.plan.schedule = .cosine(warmupEpochs: 10)
    (recipe.simCLR.embeddingDimension, recipe.moCo.embeddingDimension) = (256, 256)
    recipe.moCo.queueLength = 32_768
    (recipe.barlowTwins.hiddenDimension, recipe.barlowTwins.embeddingDimension) = (2_048, 2_048)
    return recipe
  }

  /// A narrow network for as long as some minutes are: 3,000 steps, and twenty images for each of 1,000 real ones.
  static var reduced: AdaInfRecipe {
    var recipe = AdaInfRecipe(
      encoder: .resNet18(width: 16), epochs: 15, imagesPerEpoch: 51_200, batchSize: 256, addedCount: 20_000)
    recipe.photographCount = 20_000
    (recipe.byol.hiddenDimension, recipe.byol.embeddingDimension) = (512, 128)
    (recipe.barlowTwins.hiddenDimension, recipe.barlowTwins.embeddingDimension) = (512, 512)
    return recipe
  }

  /// A minute on drawn images: 500 of them, and further ones that stand in for generated ones.
  static var demo: AdaInfRecipe {
    var recipe = AdaInfRecipe(
      encoder: .resNet18(width: 8), epochs: 6, imagesPerEpoch: 5_120, batchSize: 64, addedCount: 4_000)
    recipe.photographCount = 4_000
    recipe.simCLRRate = 0.8
    recipe.moCo.queueLength = 512
    (recipe.byol.hiddenDimension, recipe.byol.embeddingDimension) = (128, 32)
    (recipe.barlowTwins.hiddenDimension, recipe.barlowTwins.embeddingDimension) = (128, 128)
    return recipe
  }

  /// Seconds.
  static var smoke: AdaInfRecipe {
    var recipe = AdaInfRecipe(
      encoder: .resNet18(width: 4), epochs: 2, imagesPerEpoch: 256, batchSize: 32, addedCount: 1_200)
    // Ten steps whose loss does not depend on the order of sums (`repro check`).
    recipe.trust = 0.002
    recipe.moCo.queueLength = 64
    (recipe.byol.hiddenDimension, recipe.byol.embeddingDimension) = (32, 16)
    (recipe.barlowTwins.hiddenDimension, recipe.barlowTwins.embeddingDimension) = (32, 32)
    return recipe
  }
}
