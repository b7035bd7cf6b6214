import CZlib
import Foundation

/// A zip archive with members that are stored or deflated: what NumPy calls `.npz`.
///
/// “APPNOTE.TXT: .ZIP File Format Specification”, 6.3.10, as far as one archive in one piece without encryption goes, its
/// 64-bit extension included. Members are looked up in the central directory, so that what stands between them does not
/// matter. Nothing is unpacked beyond the size that was announced, and nothing that announces an absurd one.
package struct ZipArchive {
  package typealias Problem = ArrayFileError.Problem

  /// A member of the archive.
  package struct Member: Equatable {
    package let name: String
    let method, flags: Int
    let checksum: UInt32
    let compressedSize: Int
    package let size: Int
    let offset: Int
  }

  /// How many times smaller than its content a member of more than `freeSize` bytes may be: photographs are never, and a bomb
  /// always is.
  static let largestRatio = 100
  /// What a member may hold however well it is packed, such as images of one colour: a computer that trains has the room.
  static let freeSize = 1 << 30

  package let members: [Member]
  private let data: Data

  /// Reads the archive's directory; throws the problem of what is no such archive.
  package init(_ data: Data) throws(Problem) {
    self.data = data
    let reader = LittleEndian(data)
    guard let end = Self.endOfDirectory(reader) else {
      throw .malformed("it has no directory at its end: it is truncated, or no zip archive")
    }
    var (count, offset) = (try reader.integer(at: end + 10, 2), try reader.integer(at: end + 16, 4))
    if count == 0xFFFF || offset == 0xFFFF_FFFF {
      (count, offset) = try Self.wideDirectory(reader, before: end)
    }
    var members: [Member] = []
    var place = offset
    for _ in 0..<count {
      guard try reader.integer(at: place, 4) == 0x0201_4B50 else {
        throw .malformed("its directory has no member where one should be, at byte \(place)")
      }
      let (nameSize, extraSize) = (
        try reader.integer(at: place + 28, 2), try reader.integer(at: place + 30, 2)
      )
      members.append(try Self.member(reader, at: place, nameSize, extraSize))
      place += 46 + nameSize + extraSize + (try reader.integer(at: place + 32, 2))
    }
    self.members = members
  }

  /// The last place where the directory's end may be: up to 65,535 bytes of comment follow it.
  private static func endOfDirectory(_ reader: LittleEndian) -> Int? {
    let last = reader.count - 22
    guard last >= 0 else { return nil }
    return stride(from: last, through: max(0, last - 0xFFFF), by: -1).first { place in
      (try? reader.integer(at: place, 4)) == 0x0605_4B50
        && (try? reader.integer(at: place + 20, 2)) == last - place
    }
  }

  private static func wideDirectory(
    _ reader: LittleEndian, before end: Int
  ) throws(Problem) -> (count: Int, offset: Int) {
    guard try reader.integer(at: end - 20, 4) == 0x0706_4B50 else {
      throw .malformed("its directory announces a 64-bit one, which is not there")
    }
    let place = try reader.integer(at: end - 12, 8)
    guard try reader.integer(at: place, 4) == 0x0606_4B50 else {
      throw .malformed("its 64-bit directory is not where it should be, at byte \(place)")
    }
    let count = try reader.integer(at: place + 32, 8)
    guard count <= reader.count / 46 else { throw .malformed("its directory announces \(count) members") }
    return (count, try reader.integer(at: place + 48, 8))
  }

  private static func member(
    _ reader: LittleEndian, at place: Int, _ nameSize: Int, _ extraSize: Int
  ) throws(Problem) -> Member {
    let name = String(decoding: try reader.bytes(at: place + 46, nameSize), as: UTF8.self)
    var numbers: [Int] = []
    for (at, size) in [(24, 4), (20, 4), (42, 4)] { numbers.append(try reader.integer(at: place + at, size)) }
    // The 64-bit extension holds those of the three that do not fit, in this order.
    var extra = place + 46 + nameSize
    let extraEnd = extra + extraSize
    while extra + 4 <= extraEnd {
      let (kind, size) = (try reader.integer(at: extra, 2), try reader.integer(at: extra + 2, 2))
      if kind == 1 {
        var wide = extra + 4
        for index in numbers.indices where numbers[index] == 0xFFFF_FFFF && wide + 8 <= extra + 4 + size {
          numbers[index] = try reader.integer(at: wide, 8)
          wide += 8
        }
      }
      extra += 4 + size
    }
    return Member(
      name: name, method: try reader.integer(at: place + 10, 2), flags: try reader.integer(at: place + 8, 2),
      checksum: UInt32(try reader.integer(at: place + 16, 4)), compressedSize: numbers[1], size: numbers[0],
      offset: numbers[2])
  }

  /// The content of `member`, or its first `prefix` bytes, with which the checksum is not compared.
  package func content(of member: Member, prefix: Int? = nil) throws(Problem) -> Data {
    guard member.flags & 1 == 0 else { throw .malformed("its member \(member.name) is encrypted") }
    guard member.size <= ByteArray.sizeLimit else {
      throw .tooLarge(announced: "\(member.size) bytes in \(member.name)", limit: ByteArray.sizeLimit)
    }
    // A few bytes of the beginning are no bomb, however much follows them.
    guard
      prefix != nil || member.size <= Self.freeSize
        || member.size / Self.largestRatio <= member.compressedSize
    else {
      throw .tooLarge(
        announced: "\(member.size) bytes in \(member.compressedSize) compressed ones of \(member.name)",
        limit: Self.largestRatio * member.compressedSize)
    }
    let reader = LittleEndian(data)
    guard try reader.integer(at: member.offset, 4) == 0x0403_4B50 else {
      throw .malformed("its member \(member.name) is not where the directory says, at byte \(member.offset)")
    }
    let start =
      member.offset + 30 + (try reader.integer(at: member.offset + 26, 2))
      + (try reader.integer(at: member.offset + 28, 2))
    let packed = try reader.bytes(at: start, member.compressedSize)
    let wanted = min(prefix ?? member.size, member.size)
    let content: Data
    switch member.method {
    case 0:
      guard member.size == member.compressedSize else {
        throw .malformed(
          "its member \(member.name) is stored in \(member.compressedSize) bytes of \(member.size)")
      }
      content = packed.prefix(wanted)
    case 8: content = try Deflated(packed, name: member.name).inflated(to: wanted, isWhole: prefix == nil)
    default: throw .malformed("its member \(member.name) is packed by method \(member.method), not 0 or 8")
    }
    guard prefix == nil else { return content }
    guard content.checksum == member.checksum else {
      throw .malformed("its member \(member.name) is damaged: its checksum is another")
    }
    return content
  }
}

/// Numbers of several bytes, the lowest first.
private struct LittleEndian {
  private let data: Data
  var count: Int { data.count }

  init(_ data: Data) { self.data = data }

  /// The number in the `size` bytes at `place`.
  func integer(at place: Int, _ size: Int) throws(ArrayFileError.Problem) -> Int {
    let bytes = try bytes(at: place, size)
    let value = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let number = Int(exactly: value) else { throw .malformed("it announces \(value) bytes") }
    return number
  }

  /// The `size` bytes at `place`.
  func bytes(at place: Int, _ size: Int) throws(ArrayFileError.Problem) -> Data {
    let (end, overflows) = place.addingReportingOverflow(size)
    guard place >= 0, size >= 0, !overflows else { throw .malformed("it points to byte \(place)") }
    guard end <= data.count else { throw .truncated(found: data.count, expected: end) }
    return data[data.startIndex + place..<data.startIndex + end]
  }
}

/// What deflate (RFC 1951) made of some bytes.
private struct Deflated {
  private let packed: Data
  private let name: String
  /// zlib counts in 32 bits.
  private static let chunk = 1 << 30

  init(_ packed: Data, name: String) { (self.packed, self.name) = (packed, name) }

  /// The first `count` bytes; where they are the whole, neither more may follow nor anything be left over.
  func inflated(to count: Int, isWhole: Bool) throws(ArrayFileError.Problem) -> Data {
    var result = Data(count: count)
    // One byte more, so that content beyond what was announced shows.
    var spare: UInt8 = 0
    let outcome = packed.withUnsafeBytes { source in
      result.withUnsafeMutableBytes { target in
        run(source, target, &spare, stopsWhenFull: !isWhole)
      }
    }
    switch outcome {
    case .ended(let written, let left):
      if written < count { throw .truncated(found: written, expected: count) }
      if written > count || left > 0 {
        throw .malformed("its member \(name) holds more than the \(count) bytes that it announces")
      }
    case .full:
      if isWhole {
        throw .malformed("its member \(name) holds more than the \(count) bytes that it announces")
      }
    case .starved(let written): throw .truncated(found: written, expected: count)
    case .damaged: throw .malformed("its member \(name) is damaged")
    }
    return result
  }

  private enum Outcome {
    case ended(written: Int, left: Int)
    case full
    case starved(written: Int)
    case damaged
  }

  private func run(
    _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer, _ spare: inout UInt8,
    stopsWhenFull: Bool
  ) -> Outcome {
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(&stream, -15, ZLIB_VERSION, size) == Z_OK else { return .damaged }
    defer { inflateEnd(&stream) }
    return withUnsafeMutablePointer(to: &spare) { spare in
      var (read, written) = (0, 0)
      while true {
        let (input, output) = (
          min(Self.chunk, source.count - read), min(Self.chunk, target.count - written)
        )
        stream.next_in = source.baseAddress.map {
          UnsafeMutablePointer(mutating: $0.assumingMemoryBound(to: UInt8.self) + read)
        }
        stream.avail_in = UInt32(input)
        stream.next_out =
          output > 0 ? target.baseAddress!.assumingMemoryBound(to: UInt8.self) + written : spare
        stream.avail_out = UInt32(max(1, output))
        let status = inflate(&stream, Z_NO_FLUSH)
        let (consumed, produced) = (input - Int(stream.avail_in), max(1, output) - Int(stream.avail_out))
        read += consumed
        written += produced
        if status == Z_STREAM_END { return .ended(written: written, left: source.count - read) }
        if written > target.count { return .full }
        if stopsWhenFull && written == target.count { return .full }
        guard status == Z_OK || status == Z_BUF_ERROR else { return .damaged }
        if consumed == 0 && produced == 0 { return .starved(written: written) }
      }
    }
  }
}

extension Data {
  /// The checksum that zip keeps of a member.
  fileprivate var checksum: UInt32 {
    withUnsafeBytes { bytes in
      var checksum = crc32(0, nil, 0)
      var place = 0
      while place < bytes.count {
        let size = Swift.min(1 << 30, bytes.count - place)
        checksum = crc32(
          checksum, bytes.baseAddress!.assumingMemoryBound(to: UInt8.self) + place, UInt32(size))
        place += size
      }
      return UInt32(checksum)
    }
  }
}
