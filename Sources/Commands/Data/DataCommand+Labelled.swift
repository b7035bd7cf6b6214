import ArgumentParser
import Foundation
import Harness
import Vision

extension DataCommand {
  /// `repro data labelled`.
  struct Labelled: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print which training images have labels in a semi-supervised evaluation.",
      discussion: """
        One index per line, counted from zero in the order of the official files; as many of every class, the same \
        ones for everybody.
        """)

    @Argument(
      help: "cifar10, cifar100, stl10, tiny-imagenet-100, tiny-imagenet-200 or shapes.",
      transform: DataCommand.name)
    var set: DatasetReference.Name

    @Option(help: "Labelled images for every hundred of a class.")
    var percent: Int

    @OptionGroup var data: DataOptions

    func validate() throws {
      guard (1...100).contains(percent) else { throw ValidationError("--percent is from 1 to 100") }
    }

    func run() async throws {
      try await Failure.reported {
        guard set != .camvid else {
          throw ValidationError("the images of camvid have masks, not labels")
        }
        let images = try DatasetReference(set).load(
          from: data.directory, acceptingDigest: data.acceptDigest)
        let chosen = LabelledSubset(percent: percent).indices(of: images.training.labels)
        Console.result(chosen.map(String.init).joined(separator: "\n"))
      }
    }
  }
}
