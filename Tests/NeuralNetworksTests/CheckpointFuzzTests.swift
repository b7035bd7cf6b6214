import Foundation
import TestSupport
import Testing

@testable import NeuralNetworks

extension FuzzRandom {
  /// A file of tensors whose header says what headers say, in any order and with any numbers.
  mutating func safetensors() -> Data {
    var (entries, place) = ([String](), 0)
    if once(in: 3) { entries.append("\"__metadata__\":{\(once(in: 3) ? "\"a\":1" : "\"run\":\"x\"")}") }
    for number in 0..<below(5) {
      let (type, size) = one(of: [
        ("F32", 4), ("F32", 4), ("BF16", 2), ("I32", 4), ("U8", 1), ("F64", 8), ("F16", 2), ("I64", 8),
        ("BOOL", 1),
        ("X", 1),
      ])
      let shape = (0..<below(4)).map { _ in once(in: 25) ? extent() : below(4) }
      let count = shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
      let (start, end) = (place, place &+ count &* size)
      if end < 4_096, end >= place { place = end }
      let fields = [
        "\"dtype\":\"\(type)\"", "\"shape\":[\(shape.map(String.init).joined(separator: ","))]",
        "\"data_offsets\":[\(once(in: 30) ? extent() : start),\(once(in: 30) ? extent() : end)]",
      ].shuffled(using: &self).dropLast(once(in: 40) ? 1 : 0)
      let name = once(in: 12) ? one(of: ["", "a", "\\u0000", "\\ud800", "é", "__metadata__"]) : "t\(number)"
      entries.append("\"\(name)\":{\(fields.joined(separator: ","))}")
    }
    if once(in: 20) { entries.append(String(repeating: "[", count: 1 + below(3_000))) }
    var header = "{" + entries.joined(separator: ",") + one(of: ["}", "}", "}", "}", "", ",}", "}}"])
    while !header.utf8.count.isMultiple(of: 8) { header += " " }
    return field(header.utf8.count, 8, lie: 25) + Data(header.utf8)
      + bytes(once(in: 15) ? below(200) : max(0, place))
  }
}

@Suite struct CheckpointFuzzTests {
  @Test func filesOfTensorsOfAnyHeaderAreHarmless() throws {
    try withTemporaryFile { file in
      let accepted = Fuzz.run("safetensors", throwing: { $0 is CheckpointError }) { random in
        random.once(in: 3) ? random.changed(CheckpointTests.reference) : random.safetensors()
      } _: { data in
        try data.write(to: file)
        let read = try Checkpoint.read(from: file)
        let bytes = read.tensors.values.reduce(0) { $0 + $1.count * $1.dataType.byteCount }
        #expect(bytes <= data.count)
      }
      #expect(accepted > 0)
    }
  }
}
