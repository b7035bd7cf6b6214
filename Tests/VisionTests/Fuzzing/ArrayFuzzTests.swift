import Foundation
import TestSupport
import Testing

@testable import Vision

extension FuzzRandom {
  /// A `.npy` file whose header has what headers have, in any order and with any numbers.
  mutating func npy() -> Data {
    let shape = (0..<below(5)).map { _ in once(in: 3) ? extent() : below(6) }
    let type = one(of: ["|u1", "|u1", "|u1", "<f4", ">u1", "u1", "|O", "[('a', '|u1')]", ""])
    let tuple =
      "(" + shape.map { String($0) + (once(in: 9) ? "L" : "") }.joined(separator: ", ")
      + (once(in: 6) ? "" : shape.count == 1 ? ",)" : ")")
    var entries = [
      "'descr': '\(type)'", "\"fortran_order\": \(one(of: ["False", "True", "0"]))", "'shape': \(tuple)",
    ].shuffled(using: &self)
    if once(in: 8) { entries.append(one(of: entries)) }
    if once(in: 8) { entries.removeLast() }
    var text = "{" + entries.joined(separator: ", ") + one(of: [", }", "}", ",}", "", "}}"])
    text += String(repeating: " ", count: below(70)) + one(of: ["\n", "", "x"])
    let (major, count) = (UInt8(one(of: [1, 1, 2, 3, 0, 4])), text.utf8.count)
    let size = shape.reduce(1) { $0.multipliedReportingOverflow(by: max(0, $1)).partialValue }
    let content = bytes(once(in: 3) ? below(400) : max(0, min(4_096, size)))
    return Data(NPYHeader.magic) + Data([major, once(in: 20) ? 1 : 0])
      + field(count, major == 1 ? 2 : 4, lie: 20)
      + Data(text.utf8) + content
  }

  /// A zip archive of a few stored members, some of whose numbers are not what they should be.
  mutating func npz() -> Data {
    var (archive, directory) = (Data(), Data())
    let members = (0..<below(4)).map {
      ("\(one(of: ["images", "a", "labels", ""]))\(one(of: [".npy", ".npy", ""]))", $0)
    }
    for (name, _) in members {
      let content = once(in: 4) ? bytes(below(50)) : npy()
      let (offset, method, flags) = (archive.count, once(in: 6) ? 8 : 0, once(in: 10) ? 1 : 0)
      let checksum = Int(PNGTests.checksum(content))
      archive +=
        Data([0x50, 0x4B, 3, 4]) + field(20, 2) + field(flags, 2, lie: 99) + field(method, 2, lie: 99)
      archive += bytes(4) + field(checksum, 4) + field(content.count, 4) + field(content.count, 4)
      archive += field(name.utf8.count, 2, lie: 30) + field(0, 2, lie: 30) + Data(name.utf8) + content
      let extra = once(in: 6) ? field(1, 2) + field(24, 2) + bytes(24) : Data()
      directory +=
        Data([0x50, 0x4B, 1, 2]) + bytes(4) + field(flags, 2, lie: 99) + field(method, 2, lie: 99) + bytes(4)
      directory += field(checksum, 4, lie: 30) + field(content.count, 4) + field(content.count, 4)
      directory +=
        field(name.utf8.count, 2, lie: 30) + field(extra.count, 2, lie: 30) + field(0, 2, lie: 30) + bytes(8)
      directory += field(offset, 4) + Data(name.utf8) + extra
    }
    let place = archive.count
    let comment = once(in: 6) ? bytes(below(40)) : Data()
    archive += directory
    if once(in: 8) {
      archive +=
        Data([0x50, 0x4B, 6, 6]) + bytes(28) + field(members.count, 8) + field(directory.count, 8)
        + field(place, 8) + Data([0x50, 0x4B, 6, 7]) + bytes(4) + field(place + directory.count, 8) + bytes(4)
    }
    return archive + Data([0x50, 0x4B, 5, 6]) + bytes(6) + field(members.count, 2) + field(directory.count, 4)
      + field(place, 4) + field(comment.count, 2, lie: 40) + comment
  }
}

@Suite struct ArrayFuzzTests {
  private func check(_ array: ByteArray) throws {
    #expect(array.shape.reduce(1, *) == array.bytes.count)
    do throws(ArrayFileError.Problem) {
      #expect(try array.images().bytes.count == array.bytes.count)
    } catch {
      throw ArrayFileError(path: "x", error)
    }
  }

  @Test func arraysOfAnyHeaderAreHarmless() throws {
    let sound = try ["fortran.npy", "version-1.npy", "version-2.npy", "version-3.npy"].map(
      ByteArrayTests.file)
    Fuzz.run("npy") { random in
      random.once(in: 3) ? random.changed(random.one(of: sound)) : random.npy()
    } _: { data in
      try check(ByteArray(npy: data, path: "x.npy"))
    }
  }

  @Test func archivesOfAnyNumbersAreHarmless() throws {
    let sound = try ["deflated.npz", "stored.npz", "streamed.npz", "two.npz", "wide.npz"].map(
      ByteArrayTests.file)
    Fuzz.run("npz") { random in
      random.once(in: 3) ? random.changed(random.one(of: sound)) : random.npz()
    } _: { data in
      try check(ByteArray(npz: data, path: "x.npz"))
    }
  }
}
