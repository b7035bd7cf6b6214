import Foundation
import Tensors
import Testing

@testable import NeuralNetworks

/// Weights that go to other programs and come from them.
@Suite struct ExchangeTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/foreign")

  private func network(
    _ configuration: ResNet.Configuration = .resNet18(width: 2), seed: UInt64 = 3
  ) -> ResNet {
    var random = Random(seed: seed, stream: "exchange")
    let network = ResNet(configuration, using: &random)
    for (name, state) in network.namedState where name.contains("running") {
      state.restore(Tensor(shape: state.value.shape) { 0.5 + random.uniform(in: 0...1) })
    }
    return network
  }

  private func images() -> Tensor {
    var random = Random(seed: 0, stream: "images")
    return Tensor(shape: [2, 8, 8, 3]) { random.normal() }
  }

  private func features(of network: ResNet) -> [Float] { inference { network(images()).floats } }

  /// Names and shapes are those of torchvision's own networks, to the last.
  @Test(arguments: ["resnet18", "resnet34", "resnet50"]) func namesAreTorchvisions(_ name: String) throws {
    let configuration: ResNet.Configuration =
      switch name {
      case "resnet18": .resNet18(stem: .imageNet)
      case "resnet34": ResNet.Configuration(blocks: [3, 4, 6, 3], isBottleneck: false, stem: .imageNet)
      default: ResNet.Configuration(blocks: [3, 4, 6, 3], isBottleneck: true, stem: .imageNet)
      }
    #expect(configuration.architecture == name && configuration.isTorchvisions)
    let data = try Data(contentsOf: Self.folder.appending(path: "names.json"))
    let expected = try #require(try JSONDecoder().decode([String: [String: [Int]]].self, from: data)[name])
    try withTemporaryFile { file in
      try Checkpoint.export(network(configuration), batchesSeen: 12, metadata: [:], to: file)
      let header = try CheckpointHeader(readFrom: FileReader(path: file.path))
      let found = Dictionary(uniqueKeysWithValues: header.entries.map { ($0.name, $0.shape.dimensions) })
      #expect(found == expected)
      #expect(
        header.entries.filter { $0.type == .i64 }.count == expected.keys.count { $0.hasSuffix("tracked") })
    }
  }

  @Test func whatIsExportedReadsBackAsTheSameNetwork() throws {
    for configuration in [
      ResNet.Configuration.resNet18(width: 2), .resNet18(width: 4, stem: .imageNet, strides: [1, 2, 2, 1]),
      ResNet.Configuration(blocks: [1, 2, 1, 0], isBottleneck: true, width: 2),
    ] {
      let network = network(configuration)
      try withTemporaryFile { file in
        try Checkpoint.export(network, batchesSeen: 7, metadata: ["arm": "MoCo \"x\""], to: file)
        let read = try Checkpoint.weights(from: file)
        #expect(read.metadata["arm"] == "MoCo \"x\"" && read.metadata["width"] == "\(configuration.width)")
        #expect(read.metadata["stem"] == (configuration.stem == .cifar ? "cifar" : "imagenet"))
        let names = try ForeignNames(read.tensors)
        #expect(names.prefix == "")
        let back = try ResNet(weights: names.tensors, strides: configuration.strides)
        #expect(features(of: back) == features(of: network))
      }
    }
  }

  @Test func theFileIsTheBytesThatWereMeant() throws {
    try withTemporaryFile { file in
      try Checkpoint.export(network(), batchesSeen: 258, metadata: [:], to: file)
      let data = try Data(contentsOf: file)
      let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      // Counters come first, eight bytes each.
      #expect(data[(8 + length)..<(16 + length)].elementsEqual([2, 1, 0, 0, 0, 0, 0, 0]))
      #expect(length % 8 == 0)
    }
  }

  // MARK: Others' names

  /// The state of `network` under other names.
  private func state(of network: ResNet, _ rename: (String) -> String) -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: network.namedState.map { (rename($0.name), $0.state.value) })
  }

  @Test func aBackboneIsFoundBesideTheOneThatFollowsItAndHeads() throws {
    let (network, other) = (network(), network(seed: 4))
    var state = state(of: network) { "backbone." + $0 }
    state.merge(self.state(of: other) { "momentum_backbone." + $0 }) { $1 }
    state["projector.0.weight"] = Tensor(zeros: [4, 16])
    state["classifier.weight"] = Tensor(zeros: [10, 16])
    let names = try ForeignNames(state)
    #expect(names.prefix == "backbone.")
    #expect(features(of: try ResNet(weights: names.tensors)) == features(of: network))
    let follower = try ForeignNames(state, prefix: "momentum_backbone")
    #expect(features(of: try ResNet(weights: follower.tensors)) == features(of: other))
    let problem = #expect(throws: ForeignWeightsError.self) { try ForeignNames(state, prefix: "encoder") }
    #expect(problem?.description.contains("“backbone.”") == true)
  }

  @Test(arguments: [2, 4]) func membersOfASequentialAreFoundByTheirPlaces(_ firstStage: Int) throws {
    let network = network()
    func place(_ part: Substring) -> String {
      switch part {
      case "conv1": "0"
      case "bn1": "1"
      default: "\(firstStage - 1 + Int(String(part.last!))!)"
      }
    }
    let state = state(of: network) { name in
      let parts = name.split(separator: ".", maxSplits: 1)
      let rest = parts[1].replacing("downsample", with: firstStage == 2 ? "shortcut" : "downsample")
      return "backbone.\(place(parts[0])).\(rest)"
    }
    let names = try ForeignNames(state)
    #expect(names.prefix == "backbone.")
    #expect(features(of: try ResNet(weights: names.tensors)) == features(of: network))
  }

  @Test func whatIsNoResidualNetworkIsNamed() throws {
    func problem(_ change: (inout [String: Tensor]) -> Void) -> String {
      var state = state(of: network()) { $0 }
      change(&state)
      do throws(ForeignWeightsError) {
        _ = try ResNet(weights: try ForeignNames(state).tensors)
        return ""
      } catch {
        return error.description
      }
    }
    #expect(problem { $0 = [:] }.contains("no residual network"))
    #expect(problem { $0["layer2.1.bn2.running_var"] = nil }.contains("lacks layer2.1.bn2.running_var"))
    #expect(problem { $0["layer1.0.conv1.bias"] = Tensor(zeros: [2]) }.contains("holds layer1.0.conv1.bias"))
    #expect(
      problem { $0["layer3.0.conv2.weight"] = Tensor(zeros: [8, 8, 1, 1]) }.contains(
        "layer3.0.conv2.weight of shape"))
    #expect(
      problem { $0["conv1.weight"] = Tensor(zeros: [2, 3, 5, 5]) }.contains("begins with a convolution"))
    #expect(problem { $0["bn1.bias"] = Tensor([0, .nan], shape: [2]) }.contains("a number that is none"))
    let twice = state(of: network()) { "a." + $0 }.merging(state(of: network()) { "b." + $0 }) { $1 }
    let several = #expect(throws: ForeignWeightsError.self) { try ForeignNames(twice) }
    #expect(several?.description.contains("--prefix, “a.”, “b.”") == true)
  }

  // MARK: Numbers

  @Test func halfNumbersAreWidenedExactly() {
    let pairs: [(UInt16, Float)] = [
      (0x0000, 0), (0x3C00, 1), (0xC000, -2), (0x7BFF, 65_504), (0x0001, 0x1p-24), (0x03FF, 1_023 * 0x1p-24),
      (0x0400, 0x1p-14), (0x7C00, .infinity), (0xFC00, -.infinity), (0x3555, 0.333251953125),
    ]
    for (bits, value) in pairs { #expect(ForeignTensor.widened(half: bits) == value) }
    #expect(ForeignTensor.widened(half: 0x7E00).isNaN)
    #expect(ForeignTensor.widened(half: 0x8000).sign == .minus)
  }

  @Test func otherTypesOfElementsAreRead() throws {
    let header =
      "{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]},\"n\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[8,16]},\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[16,20]},\"c\":{\"dtype\":\"F16\",\"shape\":[1,1],\"data_offsets\":[20,22]}}"
    var data = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) } + Data(header.utf8)
    withUnsafeBytes(of: (-2.5).bitPattern.littleEndian) { data.append(contentsOf: $0) }
    data += Data([9, 0, 0, 0, 0, 0, 0, 0]) + Data([0x80, 0x3F, 0x00, 0xC0]) + Data([0x00, 0x3C])
    try withTemporaryFile { file in
      try data.write(to: file)
      let read = try Checkpoint.weights(from: file).tensors
      #expect(read.keys.sorted() == ["a", "b", "c"])
      #expect(read["a"]?.floats == [-2.5] && read["b"]?.floats == [1, -2] && read["c"]?.floats == [1])
      // A checkpoint of our own has none of these.
      #expect(throws: CheckpointError.self) { try Checkpoint.read(from: file) }
    }
  }
}
