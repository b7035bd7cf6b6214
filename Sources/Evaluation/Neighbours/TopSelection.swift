/// Keeps the largest of a stream of numbers with their places; among equal numbers the earlier place is larger.
struct TopSelection {
  /// A number and its place in one integer whose order is the selection's.
  struct Key: Comparable {
    private let bits: UInt64

    init(_ similarity: Float, index: Int) {
      let pattern = (similarity + 0).bitPattern  // + 0 makes -0 equal to 0
      let ordered = pattern >> 31 == 0 ? pattern | 1 << 31 : ~pattern
      bits = UInt64(ordered) << 32 | UInt64(~UInt32(index))
    }

    var similarity: Float {
      let ordered = UInt32(bits >> 32)
      return Float(bitPattern: ordered >> 31 == 1 ? ordered & ~(1 << 31) : ~ordered)
    }

    var index: Int { Int(~UInt32(truncatingIfNeeded: bits)) }

    static func < (a: Key, b: Key) -> Bool { a.bits < b.bits }
  }

  private let count: Int
  private let room: Int
  private var keys: [Key]
  private var filled = 0
  /// What a number must exceed to belong to the largest; later equals never do.
  private var threshold = -Float.infinity

  /// Creates a selection of the `count` largest, offered at most `room` numbers at a time.
  init(count: Int, room: Int) {
    self.count = count
    self.room = room
    keys = [Key](repeating: Key(0, index: 0), count: 2 * count + room)
  }

  /// Forgets everything.
  mutating func reset() {
    filled = 0
    threshold = -.infinity
  }

  /// Takes up `count` numbers whose places follow `firstIndex`.
  mutating func offer(_ values: UnsafePointer<Float>, count: Int, firstIndex: Int) {
    precondition(count <= room, "\(count) numbers offered to a selection with room for \(room)")
    let lanes = 16
    let whole = count / lanes * lanes
    for start in stride(from: 0, to: whole, by: lanes) {
      let chunk = UnsafeRawPointer(values + start).loadUnaligned(as: SIMD16<Float>.self)
      if any(chunk .> threshold) {
        for index in start..<start + lanes { consider(values[index], firstIndex + index) }
      }
    }
    for index in whole..<count { consider(values[index], firstIndex + index) }
    if filled >= 2 * self.count { narrow() }
  }

  private mutating func consider(_ value: Float, _ index: Int) {
    guard value > threshold else { return }
    keys[filled] = Key(value, index: index)
    filled += 1
  }

  /// The largest, largest first.
  mutating func sorted() -> [Key] {
    if filled > count { narrow() }
    return keys[..<filled].sorted(by: >)
  }

  /// Keeps the `count` largest keys (Hoare's selection, with the middle of three as pivot).
  private mutating func narrow() {
    var (low, high) = (0, filled - 1)
    keys.withUnsafeMutableBufferPointer { keys in
      while low < high {
        let middle = (low + high) / 2
        let pivot = max(min(keys[low], keys[middle]), min(max(keys[low], keys[middle]), keys[high]))
        var (left, right) = (low, high)
        while left <= right {
          while keys[left] > pivot { left += 1 }
          while keys[right] < pivot { right -= 1 }
          if left <= right {
            keys.swapAt(left, right)
            left += 1
            right -= 1
          }
        }
        if count - 1 <= right {
          high = right
        } else if count - 1 >= left {
          low = left
        } else {
          break
        }
      }
    }
    filled = count
    threshold = keys[count - 1].similarity
  }
}
