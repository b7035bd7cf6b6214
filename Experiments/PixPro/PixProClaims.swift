import Harness

/// What every PixPro experiment claims and tries.
enum PixProClaims {
  /// The probe that decides: a logistic regression of the frozen map's cells, solved to its optimum.
  static let decisive = (evaluation: "dense-linear-camvid-v2", metric: "miou")
  /// The first seed of version 2: above those of version 1, and of whoever ran it unrecorded.
  private static let firstSeed: UInt64 = 10

  /// PixPro against the instance branch of its own code, which has the same views, target and rule, and against MoCo v2 on
  /// the same views; each of the images called `images`.
  static func all(on images: String) -> [Claim] {
    [
      claim(
        "Pre-trained on \(images), features of pixel-level consistency segment CamVid better than those of the instance "
          + "branch alone, which has the same views, target network and rule.",
        over: "instance branch alone"),
      claim(
        "Pre-trained on \(images), features of pixel-level consistency segment CamVid better than those of MoCo v2 on the "
          + "same views.",
        over: "MoCo v2 with PixPro's views"),
    ]
  }

  /// PixPro has to lead in what it was made for, and everything trained has to be worth its training.
  private static func claim(_ sentence: String, over baseline: String) -> Claim {
    Claim(
      sentence,
      [
        Comparison("PixPro", over: baseline, evaluation: decisive.evaluation, metric: decisive.metric)
      ],
      equalWithin: 0.5, because: "half of the point that the paper gains on Cityscapes", firstSeed: firstSeed,
      provided: [
        .leads(treatment: "PixPro", over: baseline, evaluation: "pixel-retrieval-v1", metric: "top1"),
        .beats(floor: "random encoder"), .notCollapsed,
      ],
      published: PublishedDifference(
        1, "mean IoU on Cityscapes, ResNet-50, over the best instance-level method until then, abstract"))
  }

  /// What is tried on CamVid's validation frames: each compared arm has a rate and a momentum of keys of its own, and as many
  /// tries for them.
  static let grid = TuningGrid(
    judgedBy: Measure(evaluation: decisive.evaluation, metric: decisive.metric),
    baseline: TuningGrid.Side("instance branch alone", larsAndKeys),
    treatments: [
      TuningGrid.Side("PixPro", larsAndKeys),
      TuningGrid.Side(
        "MoCo v2 with PixPro's views",
        [
          .ordered(
            "plan.optimizer.sgd.learningRate", [0.015, 0.03, 0.06], below: [0.0075], above: [0.12, 0.24],
            limits: "from half of .06 · batch / 256, the rate of co2-cifar10, to sixteen times that"),
          keys("keyMomentum"),
        ], inheriting: false),
    ])

  private static let larsAndKeys: [TuningGrid.Axis] = [
    .ordered(
      "plan.optimizer.lars.learningRate", [0.25, 1, 2], above: [4, 8],
      limits: "at .25, version 1's, weights moved 4.3 times their length in all, and the authors' 2,500 times"
    ),
    keys("firstKeyMomentum"),
  ]

  private static func keys(_ name: String) -> TuningGrid.Axis {
    .ordered(
      "hyperparameters.method.\(name)", [0.9, 0.96, 0.99], below: [0.8], above: [0.996],
      limits: "below .8 the keys are nearly the queries; beyond .996 they hardly move in 3,400 steps")
  }
}
