/// Places buffers whose lifetimes are known in one block of memory: two share bytes only if never alive together.
struct Arena {
  private struct Tenant {
    let range: Range<Int>
    let lifetime: ClosedRange<Int>
  }

  /// Starts of buffers are multiples of a page, so that no two workers ever write to one cache line.
  static let alignment = 4096

  private(set) var byteCount = 0
  private var tenants: [Tenant] = []

  /// The offset of a buffer that is in use from the first to the last step of `lifetime`.
  mutating func place(byteCount wanted: Int, alive lifetime: ClosedRange<Int>) -> Int {
    let size = Arena.aligned(wanted)
    let others = tenants.filter { $0.lifetime.overlaps(lifetime) }.sorted {
      $0.range.lowerBound < $1.range.lowerBound
    }
    var offset = 0
    for other in others where other.range.lowerBound < offset + size {
      offset = max(offset, other.range.upperBound)
    }
    tenants.append(Tenant(range: offset..<offset + size, lifetime: lifetime))
    byteCount = max(byteCount, offset + size)
    return offset
  }

  /// `byteCount` rounded up to whole pages.
  static func aligned(_ byteCount: Int) -> Int { (byteCount + alignment - 1) / alignment * alignment }
}

/// Where the images of one value lie: one after another, starting anew every `capacity` images.
struct Placement: Sendable {
  let offset, imageBytes, capacity: Int

  /// The address of the image at `position`.
  func address(_ base: UnsafeMutableRawPointer, _ position: Int) -> UnsafeMutableRawPointer {
    base + offset + position % capacity * imageBytes
  }
}
