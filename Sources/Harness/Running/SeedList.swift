/// Seeds as users write them: `0...2`, `0..2`, `0,1,2`, or several of these with commas between.
public struct SeedList: Sendable, Hashable, CustomStringConvertible {
  /// The seeds, each once, in the order written.
  public let seeds: [UInt64]

  /// The most seeds that one command runs, and one more than the largest of them.
  static let largestCount = 1_000
  static let bound: UInt64 = 1 << 32

  /// Parses `text`; throws a `RunProblem`.
  public init(parsing text: String) throws {
    var (seeds, known) = ([UInt64](), Set<UInt64>())
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.replacing("...", with: "..").split(separator: "..", omittingEmptySubsequences: false)
        .map { $0.trimmingPrefix { $0 == " " } }
      let numbers = ends.compactMap { UInt64($0) }
      guard numbers.count == ends.count, (1...2).contains(numbers.count) else {
        throw RunProblem("“\(part)” is no seed: write 0...2, or 0,1,2, or 7")
      }
      guard numbers[0] <= numbers.last!, numbers.last! < Self.bound else {
        throw RunProblem("“\(part)” names no seeds: they grow from left to right and are below \(Self.bound)")
      }
      guard numbers.last! - numbers[0] < UInt64(Self.largestCount) else {
        throw RunProblem("“\(part)” names more than \(Self.largestCount) seeds")
      }
      seeds += (numbers[0]...numbers.last!).filter { known.insert($0).inserted }
      guard seeds.count <= Self.largestCount else {
        throw RunProblem("“\(text)” names more than \(Self.largestCount) seeds")
      }
    }
    self.seeds = seeds
  }

  /// The seeds of several lists, each once; throws a `RunProblem` where they are too many.
  public init(joining lists: [SeedList]) throws {
    try self.init(parsing: lists.map(\.description).joined(separator: ","))
  }

  /// The seeds with commas between.
  public var description: String { seeds.map(String.init).joined(separator: ",") }
}
