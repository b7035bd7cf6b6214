import Foundation
import Testing

/// Runs parsers on inputs that are made from a seed: some by the grammar of their format with values that no writer would
/// choose, some by changes to sound ones.
///
/// `swift test` runs a few; `Scripts/fuzz` sets `$REPRO_FUZZ`, how many for each parser. An input is a function of
/// `$REPRO_FUZZ_SEED`, the parser's name and its number, so that `$REPRO_FUZZ_FROM` makes the one again that was found.
public enum Fuzz {
  private static func number(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
  }
  public static let count = number("REPRO_FUZZ") ?? 1_500
  public static let seed = number("REPRO_FUZZ_SEED") ?? 1
  public static let first = number("REPRO_FUZZ_FROM") ?? 0
  /// Seconds that no small input may take, with room for a machine that does something else as well.
  public static let patience = 5.0

  /// Parses inputs that `make` makes, `share` of the usual number and `least` of them; every error has to be one that
  /// `isOurs` and to fit a line, and nothing may take long.
  ///
  /// Records which input was at fault, and prints what happened to all. Returns how many were accepted.
  @discardableResult
  public static func run<Input>(
    _ name: String, share: Double = 1, least: Int = 100, throwing isOurs: (any Error) -> Bool,
    _ make: (inout FuzzRandom) -> Input, _ parse: (Input) throws -> Void
  ) -> Int {
    let (clock, count) = (ContinuousClock(), max(least, Int(Double(Fuzz.count) * share)))
    var (accepted, slowest, start) = (0, Duration.zero, clock.now)
    for index in first..<first + count {
      if count > 50_000, index % 50_000 == 0 { print("fuzzing \(name): input \(index), seed \(seed)") }
      var random = FuzzRandom(seed: seed, name: name, index: index)
      let input = make(&random)
      let time = clock.measure {
        do {
          try parse(input)
          accepted += 1
        } catch {
          let text = "\(error)"
          if !isOurs(error) || text.isEmpty || text.contains("\n") {
            Issue.record("\(name), input \(index), seed \(seed): \(text)")
          }
        }
      }
      slowest = max(slowest, time)
      if time > .seconds(patience) { Issue.record("\(name), input \(index), seed \(seed): took \(time)") }
    }
    print(
      "fuzzed \(name): \(count) inputs from seed \(seed), \(accepted) accepted, slowest \(slowest), all \(clock.now - start)"
    )
    start = clock.now
    return accepted
  }
}

/// Numbers from a seed, a name and a place: SplitMix64.
public struct FuzzRandom: RandomNumberGenerator {
  private var state: UInt64

  public init(seed: Int, name: String, index: Int) {
    state = UInt64(bitPattern: Int64(seed)) &* 0x9E37_79B9_7F4A_7C15
    for byte in name.utf8 { state = (state ^ UInt64(byte)) &* 0x0100_0000_01B3 }
    state ^= UInt64(index) &* 0xD1B5_4A32_D192_ED03
    _ = next()
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  /// Whether something that happens once in `times` happens.
  public mutating func once(in times: Int) -> Bool { Int.random(in: 0..<times, using: &self) == 0 }
  public mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
  public mutating func one<T>(of items: [T]) -> T { items[below(items.count)] }
  public mutating func bytes(_ count: Int) -> Data {
    Data((0..<count).map { _ in UInt8(truncatingIfNeeded: next()) })
  }

  /// A number that formats trip over: small, at a border, or anything.
  public mutating func extent() -> Int {
    switch below(6) {
    case 0: below(4)
    case 1: below(300)
    case 2: one(of: [0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0xFFFF, 0x10000])
    case 3: one(of: [0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF, 1 << 40, .max])
    case 4: Int(truncatingIfNeeded: next() >> UInt64(below(63) + 1))
    default: below(20)
    }
  }

  /// A number as text, or what is nearly one.
  public mutating func numeral() -> String {
    switch below(7) {
    case 0: "\(below(9))"
    case 1: "\(extent())"
    case 2: "-\(extent())"
    case 3: "\(Double(below(1_000)) / 100)"
    case 4:
      one(of: [
        "1e308", "-1e308", "1e-320", "1e39", "3.5e38", "1e309", "0.1e1", "nan", "inf", "-inf", "0x10",
        "1_000", "+1",
        "", "1.", ".5", "1e", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "16777217",
      ])
    case 5: "\(Float(below(2_000)) * 0.001)"
    default: "\(1 << below(40))"
    }
  }

  /// `count` bytes of a number that usually is what it should be.
  public mutating func field(_ value: Int, _ count: Int, bigEndian: Bool = false, lie: Int = 12) -> Data {
    let value = once(in: lie) ? extent() : value
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    return Data(bigEndian ? bytes.reversed() : bytes)
  }

  /// The same with a few changes: bytes and runs of them replaced, removed, doubled, moved, cut off.
  public mutating func changed(_ data: Data) -> Data {
    var data = data
    for _ in 0...below(4) where !data.isEmpty {
      let start = data.startIndex + below(data.count)
      let end = min(data.endIndex, start + 1 + below(once(in: 4) ? 64 : 4))
      switch below(7) {
      case 0: data[start] ^= 1 << UInt8(below(8))
      case 1: data[start] = one(of: [0, 1, 0x7F, 0x80, 0xFE, 0xFF, UInt8(ascii: "("), UInt8(ascii: "-")])
      case 2: data.replaceSubrange(start..<end, with: bytes(end - start))
      case 3: data.removeSubrange(start..<end)
      case 4: data.insert(contentsOf: data[start..<end], at: start)
      case 5:
        let run = data[start..<end]
        data.insert(contentsOf: Data(run), at: data.startIndex + below(data.count))
      default: data = data.prefix(start - data.startIndex)
      }
    }
    return Data(data)
  }
}
