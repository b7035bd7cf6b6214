import Foundation
import Records
import Tensors

/// How long every kernel takes on one core, beside the least it could take there.
package struct KernelBenchmark: Encodable {
  /// One form of one kernel.
  package struct Line: Encodable {
    package let kernel, variant: String
    let microseconds: Double
    package let multiplyAdds, bytes: Int
    /// Where the bytes lie.
    package let place: CoreLimits.Place
    /// What the arithmetic in registers, or a copy of as many bytes, would take at least.
    let floorMicroseconds: Double

    /// Part of the time that could not be saved.
    package var share: Double { floorMicroseconds / microseconds }
  }

  /// A table, with the limits that were measured beside it.
  package struct Group: Encodable {
    package let title: String
    package let multiplyAddsPerSecond: [String: Double]
    package let copiedBytesPerSecond: [String: Double]
    package let lines: [Line]
  }

  package let processor, instructionSet, build: String
  private(set) var groups: [Group] = []

  /// Times `groups` on one thread, in windows of so many seconds; `watch` sees each table when it is done.
  package init(_ groups: [KernelGroup], window: Double = 0.001, watch: (Group) -> Void) {
    WorkerPool.start(threads: 1)
    let machine = Machine.current
    (processor, instructionSet, build) = (machine.processor, machine.instructionSet, Machine.build)
    for group in groups {
      let done = KernelBenchmark.time(group, window: window)
      self.groups.append(done)
      watch(done)
    }
  }

  private static func time(_ group: KernelGroup, window: Double) -> Group {
    let limits = CoreLimits()
    let lines = group.trials().map { trial in
      let place = CoreLimits.Place(holding: trial.workingSet)
      let floor = limits.seconds(
        multiplyAdds: trial.multiplyAdds, of: trial.dataType, bytes: trial.bytes, in: place)
      return Line(
        kernel: trial.kernel, variant: trial.variant, microseconds: 1e6 * trial.seconds(window: window),
        multiplyAdds: trial.multiplyAdds, bytes: trial.bytes, place: place, floorMicroseconds: 1e6 * floor)
    }
    BufferPool.trim()
    func named<Key: RawRepresentable<String>>(_ values: [Key: Double]) -> [String: Double] {
      Dictionary(uniqueKeysWithValues: values.map { ($0.key.rawValue, $0.value) })
    }
    return Group(
      title: group.title, multiplyAddsPerSecond: named(limits.multiplyAddsPerSecond),
      copiedBytesPerSecond: named(limits.bytesPerSecond), lines: lines)
  }

  /// What the numbers of all tables mean.
  package var explanation: String {
    """
    One core of \(processor) (\(instructionSet)), \(build) build. Times are the shortest of seven windows, in µs; the \
    percentage beside each is the part of it that its floor makes up: multiply-adds in registers, or a copy of as many \
    bytes in the cache or memory that holds them, both measured beside every table. Taps on padding do not count, \
    and by Winograd's algorithm, where that is used, four outputs take 16 multiply-adds. A kernel that mostly reads may \
    go below the floor, which is a copy. In brackets: where the bytes lie.
    """
  }
}

extension KernelBenchmark.Group {
  /// The table of one group: a row for each kernel, a pair of columns for each variant.
  package var table: String {
    var (kernels, variants) = ([String](), [String]())
    for line in lines {
      if !kernels.contains(line.kernel) { kernels.append(line.kernel) }
      if !variants.contains(line.variant) { variants.append(line.variant) }
    }
    let rows = kernels.map { kernel in
      let own = lines.filter { $0.kernel == kernel }
      let places = Set(own.map(\.place.rawValue)).sorted().joined(separator: ", ")
      return ["\(kernel) [\(places)]"]
        + variants.flatMap { variant in
          guard let line = own.first(where: { $0.variant == variant }) else { return ["", ""] }
          return [String(format: "%.2f", line.microseconds), String(format: "%.0f", 100 * line.share)]
        }
    }
    let table = MarkdownTable(
      header: [title] + variants.flatMap { ["\($0), µs", "floor, %"] }, rows: rows,
      alignments: [.leading] + [MarkdownTable.Alignment](repeating: .trailing, count: 2 * variants.count))
    return "\(limits)\n\n\(table.render())"
  }

  /// The limits beside the table.
  private var limits: String {
    func rate(_ values: [String: Double], _ name: String) -> String {
      String(format: "%.0f", (values[name] ?? 0) * 1e-9)
    }
    let places = CoreLimits.Place.allCases.map {
      "\(rate(copiedBytesPerSecond, $0.rawValue)) in \($0.rawValue)"
    }
    return
      "10⁹ multiply-adds/s: \(rate(multiplyAddsPerSecond, "float32")) float32, "
      + "\(rate(multiplyAddsPerSecond, "bfloat16")) bfloat16; GB/s copied: \(places.joined(separator: ", "))"
  }
}
