import Harness

extension PaperTable.Column {
  /// What decides.
  static let linearCamVid = PaperTable.Column(
    "mIoU on CamVid, linear", evaluation: PixProClaims.decisive.evaluation,
    metric: PixProClaims.decisive.metric)
  /// Whether pixels find their places in another view.
  static let retrieval = PaperTable.Column(
    "pixels that find their place", evaluation: "pixel-retrieval-v1", metric: "top1")
}

extension PaperTable {
  /// Transfer to dense tasks, whose counterpart here are `columns`.
  static func transfer(_ columns: [Column]) -> [PaperTable] {
    [
      PaperTable(
        "Dense tasks", published: "pixpro/voc.csv", "pixpro/coco.csv", "pixpro/cityscapes.csv",
        arms: [
          .init("MoCo v2 with PixPro's views", published: ["MoCo v2"]),
          .init("PixPro", published: ["PixPro, 100 epochs", "PixPro, 400 epochs", "PixPro"]),
        ],
        columns: columns,
        note:
          "Beside MoCo v2, which has its own views there and whose length of training is not said, stands PixPro after 100 epochs."
      ),
      PaperTable(
        "Instance branch", published: "pixpro/coco.csv",
        arms: [
          .init("PixPro", published: ["PixPro, 100 epochs"]),
          .init("PixPro + instance branch", published: ["PixPro + instance branch, 100 epochs"]),
        ],
        columns: columns),
    ]
  }

  /// Everything that the authors compare by detection.
  static let detection = PaperTable(
    "Detection and segmentation after other pre-training", published: "pixpro/voc.csv", "pixpro/coco.csv",
    arms: [
      "scratch", "supervised", "MoCo", "SimCLR", "MoCo v2", "InfoMin, 200 epochs", "InfoMin, 800 epochs",
      "PixPro, 100 epochs", "PixPro, 400 epochs", "PixPro + instance branch, 100 epochs",
      "PixPro + instance branch, 400 epochs",
    ], columns: [])

  /// What is asked of pixels, and instance-level tasks, of which no number was seen in a source.
  static func pixelTasks(_ columns: [Column]) -> PaperTable {
    PaperTable(
      "Pretext tasks",
      arms: [
        "instance branch alone", "MoCo v2", "MoCo v2 with PixPro's views", "SimCLR", "without propagation",
        "PixContrast", "PixPro",
      ],
      columns: columns)
  }

  /// Whole images, where the instance-level task should win.
  static func wholeImages(_ columns: [Column]) -> PaperTable {
    PaperTable(
      "Whole images", published: "pixpro/imagenet.csv",
      arms: [
        "PixPro", "PixPro + instance branch", .init("instance branch alone", published: []),
        .init("MoCo v2", published: []),
      ],
      columns: columns)
  }

  /// Constants of PixPro, of which no number was seen in a source.
  static func constants(_ columns: [Column]) -> [PaperTable] {
    [
      PaperTable(
        "Distance of pairs", arms: ["PixPro", "threshold 0.35", "threshold 1.4", "threshold 2.8"],
        columns: columns),
      PaperTable("Sharpness", arms: ["PixPro", "sharpness 1", "sharpness 4"], columns: columns),
    ]
  }
}
