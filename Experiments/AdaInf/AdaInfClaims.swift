import Harness

/// What both AdaInf experiments claim and try.
enum AdaInfClaims {
  /// The probe that decides: its penalty is for as few labels as the few real images have.
  static let decisive = "linear-v2"
  /// How many of every hundred training images of a class are real: 1,000 of CIFAR-10.
  static let percent = 2
  /// The arms that gates are judged by.
  static let longer = "no inflation, twice the steps"
  static let (oracle, weakOracle) = (
    "vanilla inflation, oracle generator", "vanilla inflation, weak augmentation, oracle generator"
  )
  /// The first seed of version 2: above those of version 1, and of whoever ran it unrecorded.
  private static let firstSeed: UInt64 = 10

  private static func over(_ treatment: String, _ baseline: String) -> Comparison {
    Comparison(treatment, over: baseline, evaluation: decisive)
  }

  /// What the paper reports: better than the same images added as they come, and than none, for else adding nothing is
  /// better still.
  static func headline(on images: String, gated: Bool) -> Claim {
    Claim(
      "On \(images), real images that count ten times and weaker augmentation improve the linear-probe accuracy of "
        + "SimCLR's features over the same generated images added as they come, and over none.",
      [over("AdaInf", "vanilla inflation"), over("AdaInf", "no inflation")],
      because: "the published gains are about two points", firstSeed: firstSeed, provided: checks,
      after: gated ? gates : [],
      published: PublishedDifference(
        1.86, "SimCLR on CIFAR-10, over no inflation; over vanilla inflation +2.04; PKU-ML/adainf, README"))
  }

  /// The paper's complementarity where no generator is in doubt: what is added are photographs.
  static func complementarity(on images: String) -> Claim {
    Claim(
      "On \(images), weaker augmentation gains more, or costs less, where further photographs are added than where none "
        + "are.",
      [
        Comparison(
          weakOracle, over: oracle,
          minus: (AdaInfRecipe.name(.none, .weak), over: "no inflation"), evaluation: decisive)
      ],
      because: "the published gains are about two points", firstSeed: firstSeed, provided: checks,
      after: gates)
  }

  private static let checks: [Check] = [.beats(floor: "random encoder"), .notCollapsed]

  /// Training has come to rest, so that more steps are not what added images stand for, and images can help: were they
  /// photographs, they would.
  private static let gates = [
    Gate(over(longer, "no inflation"), lessThan: 0.5), Gate(over(oracle, "no inflation"), atLeast: 2),
  ]

  /// What is tried on held-out images, of the baseline alone: arms that add images take over what it chooses, which favours
  /// none of them.
  static let grid = TuningGrid(
    judgedBy: Measure(evaluation: decisive, metric: "top1"),
    baseline: TuningGrid.Side(
      "no inflation",
      [
        .ordered(
          "plan.optimizer.larc.learningRate", [0.1, 0.2, 0.4], below: [0.05], above: [0.8],
          limits: "a factor of four on either side of the released .2"),
        .alternatives(
          "hyperparameters.method.temperature", [0.2, 0.5],
          because: "the released configuration's and SimCLR's own for CIFAR-10"),
      ]), treatments: [])
}
