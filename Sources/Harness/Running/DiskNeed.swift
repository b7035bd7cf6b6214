import Foundation
import Tensors

/// What a run's checkpoint takes on disk, beside what is free there.
public struct DiskNeed: Sendable, Equatable {
  /// Bytes of the run's checkpoint, which stays with the run.
  public let checkpoint: Int
  /// Bytes that are free where the run lies; `nil` where that cannot be told.
  public let free: Int?

  /// The need of a training whose checkpoint holds `state`, in `folder`.
  init(_ state: [String: Tensor], in folder: URL) {
    self.init(
      checkpoint: state.values.reduce(0) { $0 + $1.count * $1.dataType.byteCount },
      free: Self.free(at: folder))
  }

  init(checkpoint: Int, free: Int?) { (self.checkpoint, self.free) = (checkpoint, free) }

  /// Throws a `RunProblem` where there is no room for the checkpoint and the next, which replaces it when it is whole.
  func check(at path: String) throws {
    guard let free, free < 2 * checkpoint else { return }
    throw RunProblem(
      "\(path): a checkpoint takes \(DiskUse.text(checkpoint)) and its successor as much for a moment, but only "
        + "\(DiskUse.text(free)) are free there: free some space, or write elsewhere with --output DIR")
  }

  /// `the checkpoint of each run takes …`: what `count` runs leave, for readers.
  public func text(runs count: Int) -> String {
    let all = count > 1 ? ", those of all \(count) runs about \(DiskUse.text(count * checkpoint))" : ""
    return "a checkpoint takes \(DiskUse.text(checkpoint))\(all)"
      + (free.map { "; \(DiskUse.text($0)) are free" } ?? "")
  }

  private static func free(at folder: URL) -> Int? {
    var status = statvfs()
    guard statvfs(folder.path, &status) == 0 else { return nil }
    return Int(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
  }
}
