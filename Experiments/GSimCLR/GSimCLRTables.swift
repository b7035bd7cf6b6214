import Harness

extension GSimCLROnCIFAR10 {
  public var tables: [PaperTable] {
    let arms: [PaperTable.Line] = ["SimCLR", "G-SimCLR"]
    let linear = PaperTable.Column("linear top-1", evaluation: "linear-v1")
    let sameClass = PaperTable.Column(
      "pairs of one class", evaluation: "batches-v1", metric: "same-class-pairs")
    let sameCluster = PaperTable.Column(
      "pairs of one cluster", evaluation: "batches-v1", metric: "same-cluster-pairs")
    return [
      PaperTable(
        "Linear evaluation at three points", published: "gsimclr/linear.csv", arms: arms,
        columns: [
          .init("linear top-1 after both hidden layers (P1)", evaluation: "points-v1", metric: "top1-p1"),
          .init("linear top-1 after the first hidden layer (P2)", evaluation: "points-v1", metric: "top1-p2"),
          linear,
        ]),
      PaperTable(
        "Fine-tuning with 10 % of the labels", published: "gsimclr/fine-tuning.csv", arms: arms,
        columns: [.init("fine-tuned top-1", evaluation: "semi-supervised-10-v1")]),
      PaperTable(
        "Supervised", published: "gsimclr/supervised.csv", arms: ["supervised"],
        columns: [.init("classifier top-1", evaluation: "classifier-v1")]),
      PaperTable(
        "Which images meet",
        arms: [
          "SimCLR", "fixed shuffled batches", "released sampler", "evenly drawn clusters", "G-SimCLR",
          "true labels",
        ],
        columns: [
          linear, sameClass, .init("images seen in a pass", evaluation: "batches-v1", metric: "images-seen"),
        ]),
      PaperTable(
        "Which images meet in batches of 16",
        arms: ["SimCLR, batches of 16", "G-SimCLR, batches of 16", "true labels, batches of 16"],
        columns: [linear, sameClass]),
      PaperTable(
        "Clusters", arms: ["half the clusters", "G-SimCLR", "four times the clusters"],
        columns: [
          linear, .init("purity", evaluation: "clusters-v1", metric: "purity"),
          .init("normalized mutual information", evaluation: "clusters-v1", metric: "nmi"), sameClass,
          sameCluster,
        ]),
    ]
  }
}
