import Foundation
import TestSupport
import Testing

@testable import Vision

extension FuzzRandom {
  /// A pickle of any instructions, most of them with the operands that they take.
  mutating func pickle() -> Data {
    var data = Data([0x80, 2])
    if once(in: 3) { data += Data("}q\0".utf8) }
    for _ in 0..<below(once(in: 20) ? 3_000 : 60) { data += instruction() }
    // Runs of one instruction are what mutation does not find.
    if once(in: 4) {
      let one = instruction()
      for _ in 0..<below(5_000) { data += one }
    }
    return data + Data(".".utf8)
  }

  private mutating func instruction() -> Data {
    switch below(18) {
    case 0: return Data("N".utf8)
    case 1: return Data([one(of: [0x88, 0x89])])
    case 2: return Data("K".utf8) + bytes(1)
    case 3: return Data("M".utf8) + bytes(2)
    case 4: return Data("J".utf8) + bytes(4)
    case 5:
      let text = one(of: ["data", "labels", "u1", "", "fine_labels", String(repeating: "x", count: 400)])
      return text.utf8.count < 256
        ? Data("U".utf8) + field(text.utf8.count, 1) + Data(text.utf8) : Data("N".utf8)
    case 6:
      let count = below(40)
      return Data(one(of: ["T", "X"]).utf8) + field(count, 4) + bytes(count)
    case 7:
      return Data(
        one(of: [
          "cnumpy.core.multiarray\n_reconstruct\n", "cnumpy\nndarray\n", "cnumpy\ndtype\n", "cos\nsystem\n",
          "c\n\n",
        ]).utf8)
    case 8: return Data(one(of: ["}", "]", ")"]).utf8)
    case 9: return Data("(".utf8)
    case 10: return Data(one(of: ["t", "e", "u", "a", "s"]).utf8)
    case 11: return Data([one(of: [0x85, 0x86, 0x87])])
    case 12: return Data("q".utf8) + bytes(1)
    case 13: return Data("h".utf8) + Data([UInt8(below(4))])
    case 14: return Data(one(of: ["r", "j"]).utf8) + field(below(4), 4)
    case 15: return Data(one(of: ["R", "b"]).utf8)
    case 16:
      return Data(
        "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\u{85}U\u{1}b\u{87}R".unicodeScalars.map {
          UInt8($0.value)
        })
    default: return bytes(1)
    }
  }
}

@Suite struct PickleFuzzTests {
  @Test func picklesOfAnyInstructionsAreHarmless() throws {
    let url = URL(filePath: "/data/train")
    let sound = try ["cifar10", "cifar100"].map { try PickleTests().pickle($0) }
    // Without the images, which are all but a few of the bytes, changes meet what matters.
    let short = try sound.map { data in
      let range = try #require(data.firstRange(of: Data(data[300..<400])))
      return data[..<range.lowerBound] + data[(data.count - 60)...]
    }
    Fuzz.run("pickle") { random in
      switch random.below(4) {
      case 0: random.changed(random.one(of: sound))
      case 1: random.changed(random.one(of: short))
      default: random.pickle()
      }
    } _: { data in
      let dictionary = try PickledDictionary(data, url: url)
      _ = try dictionary.integers("labels")
      var bytes: [UInt8] = []
      try dictionary.appendRows("data", rows: 2, columns: 3_072, to: &bytes)
      #expect(bytes.count == 6_144)
    }
  }
}
