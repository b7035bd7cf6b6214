// swift-tools-version: 6.2
import PackageDescription

// Here the suite is two folders up. A package elsewhere names it by address and version instead:
//   .package(url: "https://…/repro", from: "0.1.0")
let package = Package(
  name: "OwnPaper",
  dependencies: [.package(name: "repro", path: "../..")],
  targets: [
    .target(
      name: "VICRegPaper",
      dependencies: [
        .product(name: "Tensors", package: "repro"),
        .product(name: "NeuralNetworks", package: "repro"),
        .product(name: "Vision", package: "repro"),
        .product(name: "Pretraining", package: "repro"),
        .product(name: "Evaluation", package: "repro"),
        .product(name: "Harness", package: "repro"),
      ]),
    .executableTarget(
      name: "own-paper",
      dependencies: [
        "VICRegPaper",
        .product(name: "Harness", package: "repro"),
        .product(name: "Commands", package: "repro"),
      ],
      path: "Sources/OwnPaper",
      plugins: [.plugin(name: "StampSource", package: "repro")]),
    .testTarget(
      name: "VICRegPaperTests",
      dependencies: [
        "VICRegPaper",
        .product(name: "Tensors", package: "repro"),
        .product(name: "NeuralNetworks", package: "repro"),
        .product(name: "Vision", package: "repro"),
        .product(name: "Pretraining", package: "repro"),
        .product(name: "Harness", package: "repro"),
        .product(name: "TestSupport", package: "repro"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
