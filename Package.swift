// swift-tools-version: 6.2
import PackageDescription

// Users type `swift run repro …`, a debug build. Targets with hot loops are therefore optimized in debug
// too, so that the literal command stays within 1.3x of a release build. Packages that depend on a version
// of this one get the same: since tools version 6.2, which this file must not fall below, SwiftPM refuses
// no dependency for its flags.
let optimizedInDebug: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]
let optimizedC: [CSetting] = [.unsafeFlags(["-O3", "-fno-math-errno", "-fno-trapping-math"])]

let package = Package(
  name: "repro",
  products: [
    .executable(name: "repro", targets: ["repro"]),
    // MARK: For a paper in a package of its own, as Examples/OwnPaper
    .library(name: "Tensors", targets: ["Tensors"]),
    .library(name: "NeuralNetworks", targets: ["NeuralNetworks"]),
    .library(name: "Vision", targets: ["Vision"]),
    .library(name: "Pretraining", targets: ["Pretraining"]),
    .library(name: "Evaluation", targets: ["Evaluation"]),
    .library(name: "Harness", targets: ["Harness"]),
    .library(name: "Commands", targets: ["Commands"]),
    .library(name: "TestSupport", targets: ["TestSupport"]),
    .plugin(name: "StampSource", targets: ["StampSource"]),
    // MARK: For reports, which see no engine
    .library(name: "Statistics", targets: ["Statistics"]),
    .library(name: "Recipes", targets: ["Recipes"]),
    .library(name: "Records", targets: ["Records"]),
    .library(name: "Claims", targets: ["Claims"]),
    .library(name: "Reporting", targets: ["Reporting"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
  ],
  targets: [
    // MARK: What is said of runs, without the engine
    .target(
      name: "Statistics", dependencies: [.product(name: "Numerics", package: "swift-numerics")],
      swiftSettings: optimizedInDebug),
    .executableTarget(
      name: "validate-verdicts", dependencies: ["Statistics"], path: "Sources/ValidateVerdicts",
      swiftSettings: optimizedInDebug),
    .target(name: "Recipes"),
    .target(
      name: "Records",
      dependencies: [
        "Recipes",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SwiftCSV", package: "SwiftCSV"),
      ]),
    .target(name: "Claims", dependencies: ["Statistics", "Recipes", "Records"]),
    .target(
      name: "Reporting",
      dependencies: [
        "Statistics", "Recipes", "Records", "Claims",
        .product(name: "Subprocess", package: "swift-subprocess"),
      ]),
    .target(
      name: "Site",
      dependencies: [
        "Statistics", "Recipes", "Records", "Claims", "Reporting",
        .product(name: "Mustache", package: "swift-mustache"),
      ]),

    // MARK: The engine
    .target(
      name: "COneDNN", cSettings: optimizedC,
      linkerSettings: [.linkedLibrary("dnnl"), .linkedLibrary("gomp")]),
    .target(name: "CKernels", cSettings: optimizedC, linkerSettings: [.linkedLibrary("m")]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg62-turbo-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CPNGReader", dependencies: ["CPNG"], cSettings: optimizedC),
    .target(name: "CJPEGReader", dependencies: ["CJPEG"], cSettings: optimizedC),
    .target(
      name: "Tensors", dependencies: ["COneDNN", "CKernels", "COpenBLAS"], swiftSettings: optimizedInDebug),
    .target(
      name: "NeuralNetworks", dependencies: ["Recipes", "Tensors", "CKernels"],
      swiftSettings: optimizedInDebug),

    // MARK: The suite
    .target(
      name: "Vision",
      dependencies: [
        "Recipes", "Tensors", "CJPEGReader", "CKernels", "CPNG", "CPNGReader", "CZlib",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Subprocess", package: "swift-subprocess"),
      ],
      swiftSettings: optimizedInDebug),
    .target(
      name: "Pretraining", dependencies: ["Recipes", "Tensors", "NeuralNetworks", "Vision"],
      swiftSettings: optimizedInDebug),
    .target(
      name: "Evaluation",
      dependencies: [
        "Recipes", "Tensors", "NeuralNetworks", "Vision", "Pretraining", "COneDNN", "COpenBLAS",
      ],
      swiftSettings: optimizedInDebug),
    .target(
      name: "Harness",
      dependencies: [
        "Statistics", "Recipes", "Records", "Claims", "Tensors", "NeuralNetworks", "Vision", "Pretraining",
        "Evaluation", "CKernels", "COneDNN", "COpenBLAS",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),

    .target(
      name: "Generation",
      dependencies: [
        "Tensors", "NeuralNetworks", "Vision", "Pretraining", "Evaluation", "Harness",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: optimizedInDebug),
    .target(
      name: "Checking",
      dependencies: [
        "Statistics", "Recipes", "Records", "Claims", "Reporting", "Tensors", "NeuralNetworks", "Vision",
        "Pretraining", "Harness",
      ]),
    .target(
      name: "Benchmarking",
      dependencies: [
        "Recipes", "Records", "Tensors", "NeuralNetworks", "Vision", "Pretraining", "Evaluation",
        "Harness", "CKernels", "COneDNN",
      ]),

    // MARK: The papers
    .target(
      name: "CO2Paper",
      dependencies: [
        "Tensors", "NeuralNetworks", "Vision", "Pretraining", "Evaluation", "Harness",
      ], path: "Experiments/CO2", exclude: ["README.md"],
      swiftSettings: optimizedInDebug),
    .target(
      name: "RotNetPaper",
      dependencies: [
        "Tensors", "NeuralNetworks", "Vision", "Pretraining", "Evaluation", "Harness",
      ], path: "Experiments/RotNet", exclude: ["README.md"],
      swiftSettings: optimizedInDebug),
    .target(
      name: "SimCLRPaper",
      dependencies: ["NeuralNetworks", "Vision", "Pretraining", "Evaluation", "Harness"],
      path: "Experiments/SimCLR", exclude: ["README.md"],
      swiftSettings: optimizedInDebug),
    .target(
      name: "SwAVPaper",
      dependencies: [
        "Tensors", "NeuralNetworks", "Vision", "Pretraining", "Evaluation", "Harness",
      ], path: "Experiments/SwAV", exclude: ["README.md"],
      swiftSettings: optimizedInDebug),
    .target(
      name: "PixProPaper",
      dependencies: [
        "Tensors", "NeuralNetworks", "Vision", "Pretraining", "Evaluation", "Harness",
      ], path: "Experiments/PixPro", exclude: ["README.md"],
      swiftSettings: optimizedInDebug),
    .target(
      name: "GSimCLRPaper",
      dependencies: [
        "Tensors", "NeuralNetworks", "Vision", "Pretraining", "Evaluation", "Harness",
      ], path: "Experiments/GSimCLR", exclude: ["README.md"],
      swiftSettings: optimizedInDebug),

    .target(
      name: "AdaInfPaper",
      dependencies: [
        "Tensors", "NeuralNetworks", "Vision", "Pretraining", "Evaluation", "Harness",
      ], path: "Experiments/AdaInf", exclude: ["README.md"],
      swiftSettings: optimizedInDebug),

    // MARK: The command
    .plugin(name: "StampSource", capability: .buildTool()),
    .target(name: "SourceStamp", plugins: ["StampSource"]),
    .target(
      name: "Commands",
      dependencies: [
        "Reporting", "Tensors", "NeuralNetworks", "Vision", "Pretraining", "Evaluation", "Harness",
        "Generation", "Checking", "Benchmarking", "SourceStamp", "Site",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "FlyingFox", package: "FlyingFox"),
        .product(name: "Subprocess", package: "swift-subprocess"),
      ]),
    .executableTarget(
      name: "repro",
      dependencies: [
        "Pretraining", "Harness", "Benchmarking", "Commands", "AdaInfPaper", "CO2Paper", "GSimCLRPaper",
        "PixProPaper", "RotNetPaper", "SimCLRPaper", "SwAVPaper",
      ]),

    // MARK: Tests
    .target(
      name: "TestSupport", dependencies: ["Tensors"],
      path: "Tests/TestSupport", swiftSettings: optimizedInDebug),
    // What `repro new paper Sample` writes, compiled and run; HarnessTests compares the two.
    .target(
      name: "SamplePaper",
      dependencies: [
        "Tensors", "NeuralNetworks", "Vision", "Pretraining", "Evaluation", "Harness",
      ], path: "Tests/NewPaper/SamplePaper"),
    .testTarget(
      name: "SamplePaperTests",
      dependencies: [
        "SamplePaper", "Tensors", "NeuralNetworks", "Vision", "Pretraining", "Harness", "TestSupport",
      ], path: "Tests/NewPaper/SamplePaperTests"),
    .testTarget(name: "HouseTests"),
    .testTarget(
      name: "KernelsTests", dependencies: ["CKernels", "COneDNN"], swiftSettings: optimizedInDebug),
    .testTarget(name: "StatisticsTests", dependencies: ["Statistics", "TestSupport"]),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors", "CKernels", "TestSupport"]),
    .testTarget(name: "NeuralNetworksTests", dependencies: ["Tensors", "NeuralNetworks", "TestSupport"]),
    .testTarget(
      name: "VisionTests", dependencies: ["Tensors", "Vision", "CJPEG", "CKernels", "CPNG", "TestSupport"]),
    .testTarget(
      name: "PretrainingTests",
      dependencies: [
        "Tensors", "NeuralNetworks", "Vision", "Pretraining", "CKernels", "TestSupport",
      ]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: ["Tensors", "NeuralNetworks", "Vision", "Evaluation", "TestSupport"]),
    .testTarget(
      name: "GenerationTests",
      dependencies: [
        "Records", "Tensors", "NeuralNetworks", "Vision", "Pretraining", "Harness", "Generation",
        "TestSupport",
      ]),
    .testTarget(
      name: "HarnessTests",
      dependencies: [
        "Statistics", "Recipes", "Records", "Claims", "Reporting", "Tensors", "NeuralNetworks", "Vision",
        "Pretraining",
        "Evaluation", "Harness", "Generation", "Checking", "Benchmarking", "Commands", "Site", "SourceStamp",
        "TestSupport", "repro",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "FlyingFox", package: "FlyingFox"),
      ]),
    .testTarget(
      name: "PapersTests",
      dependencies: [
        "Records", "Claims", "Reporting", "Tensors", "NeuralNetworks", "Vision", "Pretraining",
        "Evaluation", "Harness", "AdaInfPaper", "CO2Paper", "GSimCLRPaper", "PixProPaper", "RotNetPaper",
        "SimCLRPaper", "SwAVPaper", "TestSupport", "repro",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
