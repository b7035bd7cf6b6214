import Foundation
import Testing

@testable import Commands
@testable import Vision

/// `repro views`, asked of the command and of the program.
@Suite(.knowingEveryExperiment) struct ViewsCommandTests {
  @Test func aSheetIsDrawnWithoutAnyDataAndNothingIsDownloaded() throws {
    let folder = try TemporaryFolder()
    let arguments = [
      "views", "rotnet-cifar10", "--scale", "smoke", "--count", "2", "--out", "sheets/grid.png",
    ]
    #expect(try Program.status(arguments, in: folder.url) == 0)
    let first = try Data(contentsOf: folder.url.appending(path: "sheets/grid.png"))
    #expect(first.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "Data/cifar10").path))
    // The same command draws the same, another seed something else.
    #expect(try Program.status(arguments.dropLast() + ["again.png"], in: folder.url) == 0)
    #expect(try Data(contentsOf: folder.url.appending(path: "again.png")) == first)
    #expect(try Program.status(arguments.dropLast() + ["other.png", "--seed", "1"], in: folder.url) == 0)
    #expect(try Data(contentsOf: folder.url.appending(path: "other.png")) != first)
  }

  @Test func imagesOfOnesOwnAreShown() throws {
    let folder = try TemporaryFolder()
    let own = folder.url.appending(component: "own")
    try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
    let images = Shapes.images(20, seed: 4, stream: "own")
    for index in 0..<20 {
      let pixels = ViewLoader(images, standardization: .none).images(at: index..<index + 1)
      try Picture("own", rows: [pixels]).png().write(to: own.appending(component: "\(index).png"))
    }
    let arguments = [
      "views", "simclr-cifar10", "--scale", "smoke", "--images", own.path, "--side", "32", "--out",
      "grid.png",
    ]
    #expect(try Program.status(arguments, in: folder.url) == 0)
    #expect(FileManager.default.fileExists(atPath: folder.url.appending(path: "grid.png").path))
  }

  @Test(arguments: [
    (["--count", "0"], "1...32"), (["--count", "33"], "1...32"),
    (["--side", "32"], "--side goes with --images"),
  ]) func optionsHaveRanges(options: [String], text: String) {
    let error = #expect(throws: (any Error).self) {
      try ReproCommand.parseAsRoot(["views", "co2-cifar10", "--out", "x.png"] + options)
    }
    if let error { #expect(ReproCommand.fullMessage(for: error).contains(text)) }
  }

  @Test func unknownArmsAreRefused() throws {
    let folder = try TemporaryFolder()
    #expect(
      try Program.status(["views", "co2-cifar10", "--arm", "nobody", "--out", "x.png"], in: folder.url) != 0)
    #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "x.png").path))
  }
}
