extension NewPaper {
  static let manifest = """
    // swift-tools-version: 6.2
    import PackageDescription

    let package = Package(
      name: "«package»",
      dependencies: [«dependency»],
      targets: [
        .target(
          name: "«Name»Paper",
          dependencies: [
            .product(name: "Tensors", package: "«suite»"),
            .product(name: "NeuralNetworks", package: "«suite»"),
            .product(name: "Vision", package: "«suite»"),
            .product(name: "Pretraining", package: "«suite»"),
            .product(name: "Evaluation", package: "«suite»"),
            .product(name: "Harness", package: "«suite»"),
          ]),
        .executableTarget(
          name: "«command»",
          dependencies: [
            "«Name»Paper",
            .product(name: "Harness", package: "«suite»"),
            .product(name: "Commands", package: "«suite»"),
          ],
          plugins: [.plugin(name: "StampSource", package: "«suite»")]),
        .testTarget(
          name: "«Name»PaperTests",
          dependencies: [
            "«Name»Paper",
            .product(name: "Tensors", package: "«suite»"),
            .product(name: "NeuralNetworks", package: "«suite»"),
            .product(name: "Vision", package: "«suite»"),
            .product(name: "Pretraining", package: "«suite»"),
            .product(name: "Harness", package: "«suite»"),
            .product(name: "TestSupport", package: "«suite»"),
          ]),
      ],
      swiftLanguageModes: [.v6]
    )

    """

  static let program = """
    import Commands
    import Harness
    import «Name»Paper

    /// The whole command line of the suite, with the experiments of this package.
    @main
    enum «Name»Command {
      static func main() async {
        await ReproCommand.main(Catalogue([«Name»OnCIFAR10.self]), builtFrom: Stamp.source)
      }
    }

    """

  static let readme = """
    # «Name»

    Authors. “Title.” Venue and year. arXiv:0000.00000. **What stands here so far is a placeholder of `repro new paper`: its method
    is nobody's, and its claim no paper's.**

    **Claim.** Say in one paragraph what the paper claims, which of it is judged here, and what would refute it.

        swift run «program» «experiment» --scale smoke

    ## Equations and lines

    | paper | here |
    |---|---|
    | the placeholder's terms | `«Name».loss` in `«sources»/«Name».swift` |

    ## What the paper leaves open, and how it was chosen

    Constants are chosen by `«program» tune «experiment»` on held-out images, both arms with the same budget, before the first seed.

    ## Departures from the published recipe

    - Everything.

    ## Numbers

    `paper-tables/«name»/cifar10.csv` takes the published numbers, only those read in a source, which is named in the last column.
    Golden curves are written by `«program» check «experiment» --write-golden`, which needs a clean commit first; commit them after.

    """
}
