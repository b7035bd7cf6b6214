import Harness

extension RotNetOnCIFAR10 {
  public var tables: [PaperTable] {
    let names = MapClassifierKind.allCases.map { kind in
      (classifier: "\(kind.title)-classifier-conv2-v1", profile: "\(kind.title)-classifier-by-block-v1")
    }
    return [comparison, fineTuned, depths(names), rotations, fewLabels] + elsewhere
  }

  private var nonLinear: PaperTable.Column {
    .init("non-linear, ConvB2", evaluation: "non-linear-classifier-conv2-v1")
  }

  private var comparison: PaperTable {
    PaperTable(
      "Comparison", published: "rotnet/table-3.csv", "rotnet/third-party-cifar10.csv",
      arms: [
        .init("random init", published: ["random init + conv"]),
        .init("RotNet", published: ["RotNet + conv", "RotNet + non-linear"]),
        .init("supervised", published: ["supervised NIN"]),
      ],
      columns: [
        .init("conv classifier, ConvB2", evaluation: "conv-classifier-conv2-v1"),
        .init(
          "conv classifier, ConvB2, best test epoch", evaluation: "conv-classifier-conv2-v1",
          metric: "best-test-epoch"),
        nonLinear, .init("own classifier", evaluation: "classifier-v1"),
      ])
  }

  private var fineTuned: PaperTable {
    PaperTable(
      "Fine-tuned", published: "rotnet/table-3.csv",
      arms: [.init("RotNet with labels", published: ["RotNet + conv, fine-tuned"])],
      columns: [
        .init("conv classifier, fine-tuned", evaluation: "conv-classifier-fine-tuned-v1"),
        .init("conv classifier, frozen", evaluation: "conv-classifier-conv2-v1"),
      ])
  }

  private func depths(_ names: [(classifier: String, profile: String)]) -> PaperTable {
    let columns = zip(["non-linear", "conv classifier"], names).flatMap { title, name in
      (1...5).map { block in
        block == 2
          ? PaperTable.Column("\(title), ConvB2", evaluation: name.classifier)
          : PaperTable.Column("\(title), ConvB\(block)", evaluation: name.profile, metric: "conv\(block)")
      }
    }
    // Of five blocks no source with the paper's numbers was found.
    return PaperTable(
      "Depth and block", published: "rotnet/table-1.csv", "rotnet/third-party-table-1.csv",
      arms: [3, 4, 5].map { .init("RotNet, \($0) blocks", published: ["\($0) blocks"]) }, columns: columns)
  }

  private var rotations: PaperTable {
    PaperTable(
      "Which rotations", published: "rotnet/table-2.csv",
      arms: [
        .init("RotNet", published: ["0, 90, 180, 270 degrees"]),
        .init("8 rotations", published: ["0, 45, …, 315 degrees"]),
        .init("0 and 180 degrees", published: ["0, 180 degrees"]),
        .init("90 and 270 degrees", published: ["90, 270 degrees"]),
      ],
      columns: [nonLinear, .init("conv classifier, ConvB2", evaluation: "conv-classifier-conv2-v1")])
  }

  private static let labelCounts = [20, 100, 400, 1_000, 5_000]
  private static let labelledNetworks = [
    ("conv classifier on ConvB2", "frozen"), ("supervised", "supervised"),
  ]

  /// The paper's figure 5b.
  public var curves: [MeasureCurves] {
    let lines = Self.labelledNetworks.map { title, metric in
      MeasureCurves.Line(
        title, arm: "RotNet with labels", evaluation: "few-labels-v1",
        metrics: Self.labelCounts.map { "\(metric)-\($0)" })
    }
    let places = Self.labelCounts.map(String.init)
    return [MeasureCurves("Few labels", x: "labels per class", y: "top-1 (%)", places: places, lines: lines)]
  }

  private var fewLabels: PaperTable {
    let columns = Self.labelCounts.flatMap { count in
      Self.labelledNetworks.map { title, metric in
        PaperTable.Column(
          "\(title), \(count) labels per class", evaluation: "few-labels-v1", metric: "\(metric)-\(count)")
      }
    }
    let crossing = PaperTable.Column(
      "supervised stays ahead from, if ever", evaluation: "few-labels-v1", metric: "crossing",
      unit: "labels per class")
    return PaperTable("Few labels", arms: ["RotNet with labels"], columns: columns + [crossing])
  }

  private var elsewhere: [PaperTable] {
    [
      PaperTable(
        "Other methods on CIFAR-10", published: "rotnet/table-3.csv",
        arms: ["Roto-Scat + SVM", "Exemplar-CNN", "DCGAN", "Scattering"], columns: []),
      PaperTable(
        "ImageNet and VOC", published: "rotnet/imagenet.csv", "rotnet/voc.csv",
        "rotnet/third-party-imagenet.csv",
        arms: ["supervised AlexNet", "RotNet AlexNet"], columns: []),
    ]
  }
}
