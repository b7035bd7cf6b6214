import Foundation
import NeuralNetworks
import Tensors
import Testing

@testable import Harness

/// Files of weights that PyTorch programs wrote: `Tests/Fixtures/generate_foreign.py`.
@Suite struct TorchArchiveTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/foreign")

  private struct Expected: Decodable { let images, features: [Float] }

  private func features(of network: ResNet) throws -> (found: [Float], expected: [Float]) {
    let expected = try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: Self.folder.appending(path: "expected.json")))
    let images = Tensor(expected.images, shape: [2, 8, 8, 3])
    return (inference { network(images).floats }, expected.features)
  }

  @Test(arguments: [
    ("torchvision.pth", "", 0), ("solo-learn.ckpt", "state_dict.backbone.", 39),
    ("lightly.pth", "backbone.", 1), ("half.pth", "", 0), ("calls.pth", "state_dict.", 0),
  ])
  func networksGiveTheFeaturesThatPyTorchFinds(file: String, prefix: String, unused: Int) throws {
    let weights = try ForeignWeights(contentsOf: Self.folder.appending(path: file))
    #expect(weights.prefix == prefix && weights.unused >= unused)
    #expect(
      weights.encoder.configuration
        == ResNet.Configuration(blocks: [1, 1, 1, 1], isBottleneck: false, width: 2))
    let (found, expected) = try features(of: weights.encoder)
    #expect(found.count == 32 && expected.count == 32)
    let tolerance: Float = file == "half.pth" ? 1e-2 : 1e-5
    for (a, b) in zip(found, expected) { #expect(abs(a - b) <= tolerance * max(1, abs(b))) }
  }

  /// What a pickle calls is never called.
  @Test func nothingIsExecuted() throws {
    let trace = "/tmp/repro-was-executed"
    try? FileManager.default.removeItem(atPath: trace)
    _ = try ForeignWeights(contentsOf: Self.folder.appending(path: "calls.pth"))
    #expect(!FileManager.default.fileExists(atPath: trace))
  }

  @Test func theOneThatFollowsIsThereForWhoAsks() throws {
    let file = Self.folder.appending(path: "solo-learn.ckpt")
    let own = try ForeignWeights(contentsOf: file)
    let follower = try ForeignWeights(contentsOf: file, prefix: "state_dict.momentum_backbone")
    #expect(own.digest != follower.digest)
    let error = #expect(throws: ForeignFileError.self) {
      try ForeignWeights(contentsOf: file, prefix: "encoder")
    }
    #expect(
      error?.description.contains("solo-learn.ckpt: holds no residual network behind “encoder.”") == true)
  }

  @Test func damageIsAnErrorAndNoMore() throws {
    let folder = try TemporaryFolder()
    let whole = try Data(contentsOf: Self.folder.appending(path: "torchvision.pth"))
    let file = folder.url.appending(path: "damaged.pth")
    func problem(_ data: Data) throws -> String {
      try data.write(to: file)
      do {
        _ = try ForeignWeights(contentsOf: file)
        return ""
      } catch {
        return "\(error)"
      }
    }
    #expect(try problem(whole) == "")
    for length in stride(from: 0, to: whole.count, by: 1_009) {
      let text = try problem(whole.prefix(length))
      #expect(text.contains("damaged.pth") && !text.contains("\n"), "cut at \(length): \(text)")
    }
    // The pickle is the archive's first member; its checksum holds every byte.
    for place in stride(from: 0, to: 7_000, by: 53) {
      var data = whole
      data[place] ^= 0x55
      let text = try problem(data)
      #expect(!text.contains("\n"))
    }
    #expect(try problem(Data([0x80, 2, 0x7D])).contains("a Python pickle"))
    #expect(try problem(Data()).contains("an empty file"))
  }

  /// The machine alone, on bytes that no checksum guards.
  @Test func picklesAreReadWithinBounds() throws {
    func problem(_ bytes: [UInt8]) -> String {
      do throws(TorchProblem) {
        _ = try TorchPickle.tensors(in: Data([0x80, 2] + bytes))
        return ""
      } catch {
        return error.description
      }
    }
    func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }
    #expect(problem(ascii("}.")) == "")
    #expect(problem(ascii("].")).contains("no dictionary"))
    #expect(problem(ascii("}")).contains("ends within"))
    #expect(problem(ascii("R.")).contains("stack is empty"))
    // Tuples in tuples, and dictionaries in dictionaries, a hundred thousand deep.
    #expect(problem(ascii(")") + [UInt8](repeating: 0x85, count: 100_000) + ascii(".")).contains("8 tuples"))
    let nested = (0..<100_000).flatMap { _ -> [UInt8] in ascii("}X") + [1, 0, 0, 0] + ascii("a") }
    #expect(
      problem(nested + ascii("}") + ascii(String(repeating: "s", count: 100_000)) + ascii(".")).contains(
        "32 dictionaries"))
    // One that holds itself.
    #expect(
      problem(ascii("}q") + [0] + ascii("X") + [1, 0, 0, 0] + ascii("ah") + [0] + ascii("s.")).contains(
        "32 dictionaries"))
    #expect(problem(ascii("X") + [255, 255, 255, 127]).contains("a text of"))
    #expect(problem(ascii("h") + [9]).contains("nothing was remembered"))
    // A call of anything is something without meaning.
    #expect(problem(ascii("cos\nsystem\n(X") + [4, 0, 0, 0] + ascii("truetR0}.")) == "")
    var random = Random(seed: 1, stream: "pickles")
    let alphabet =
      ascii("NKMJGXc}])(qrhjtaeus0QRb.") + [0x85, 0x86, 0x87, 0x88, 0x8A, 0x8C, 0x93, 0x94, 0, 1, 2, 10]
    for _ in 0..<20_000 {
      let length = random.integer(below: 40)
      _ = problem((0..<length).map { _ in alphabet[random.integer(below: alphabet.count)] })
    }
  }
}
