/// The computer that a run was made on.
public struct Machine: Codable, Sendable, Hashable {
  /// The processor's model, as the system names it.
  public var processor: String
  /// The widest instructions that the kernels use: `avx512_bf16`, …
  public var instructionSet: String
  /// Processors this process may use, and bytes of memory.
  public var processorCount, memoryBytes: Int
  /// The distribution and kernel.
  public var system: String
  /// The processor's family, model and stepping, where it tells them; two of one name may differ in these.
  public var family, model, stepping: Int?
  /// Bytes of each cache of the first processor: `L1 data`, `L2`, …; `nil` in older files, and where it tells none.
  public var caches: [String: Int]?
  /// The widest instructions that oneDNN uses; `nil` in older files.
  public var oneDNNInstructionSet: String?

  /// Creates the description of a computer.
  public init(
    processor: String, instructionSet: String, processorCount: Int, memoryBytes: Int, system: String
  ) {
    self.processor = processor
    self.instructionSet = instructionSet
    self.processorCount = processorCount
    self.memoryBytes = memoryBytes
    self.system = system
  }
}
