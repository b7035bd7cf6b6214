import Harness

extension GSimCLROnCIFAR10 {
  /// The first seed of version 2: above those of version 1, and of whoever ran it unrecorded.
  private static let firstSeed: UInt64 = 10
  /// Where the paper's number was read, which both of the first claims are held to.
  private static let published = PublishedDifference(
    0.58, "CIFAR-10, after the backbone (P3), released sampler over fixed batches, ariG23498/G-SimCLR, README"
  )

  private static func over(_ treatment: String, _ baseline: String) -> Comparison {
    Comparison(treatment, over: baseline, evaluation: "linear-v1")
  }

  public var claims: [Claim] {
    [
      claim(
        "Batches in which no two images share a cluster improve the linear-probe accuracy of SimCLR's features, over "
          + "shuffled batches, and over batches that draw clusters as evenly and let their images meet.",
        [Self.over("G-SimCLR", "SimCLR"), Self.over("G-SimCLR", "evenly drawn clusters")],
        after: Self.over("true labels", "SimCLR"), published: Self.published),
      claim(
        "The batches of the released code give better features than batches that were shuffled once and are replayed, "
          + "which its baseline has.",
        [Self.over("released sampler", "fixed shuffled batches")],
        after: Self.over("true labels", "SimCLR"), published: Self.published),
      claim(
        "In batches of 16 images, where keeping images apart can halve the pairs of one class, images of 16 different "
          + "clusters give better features than shuffled ones.",
        [Self.over("G-SimCLR, batches of 16", "SimCLR, batches of 16")],
        after: Self.over("true labels, batches of 16", "SimCLR, batches of 16")),
    ]
  }

  /// Perfect labels are the most that any clusters could come to: where they gain no more than the margin, nothing that
  /// clusters gain could be told from nothing.
  private func claim(
    _ sentence: String, _ comparisons: [Comparison], after bound: Comparison,
    published: PublishedDifference? = nil
  ) -> Claim {
    Claim(
      sentence, comparisons, equalWithin: 0.5, because: "the published gain after the backbone is .58 points",
      firstSeed: Self.firstSeed, provided: [.beats(floor: "random encoder"), .notCollapsed],
      after: [Gate(bound, atLeast: 0.5)], published: published)
  }

  /// What is tried on held-out images, at reduced scale: SimCLR's rate and temperature, then, with these, what the clusters
  /// are made of.
  static let grid = TuningGrid(
    judgedBy: Measure(evaluation: "linear-v1", metric: "top1"),
    baseline: TuningGrid.Side(
      "SimCLR",
      [
        .ordered(
          "plan.optimizer.lars.learningRate", [0.5, 1, 2], below: [0.25], above: [4, 8],
          limits:
            "at .25, version 1's, SimCLR was 9 points below simclr-cifar10's; 8 is eight times that one's"),
        .alternatives(
          "hyperparameters.method.contrast.temperature", [0.1, 0.5],
          because: "the released code's and SimCLR's own for CIFAR-10"),
      ]),
    treatments: [
      TuningGrid.Side(
        "G-SimCLR",
        [
          .ordered(
            "hyperparameters.method.autoencoder.noise", [0.01, 0.05, 0.25], above: [0.5],
            limits: "less than the released .01 is no noise; beyond .5 it covers the colours' range"),
          .alternatives(
            "hyperparameters.method.autoencoder.passes", [4, 12],
            because: "version 1's, and three times as many, as far as ten minutes allow"),
        ])
    ])
}
