import Foundation
import Glibc

/// What the file system says of a file besides its content; it cannot stay the same while the content changes.
///
/// Size and time of modification can: a copy by `touch -r`, or two files of one size and time that change places. The
/// inode tells the latter, and the time of change is set by the system alone.
struct FileStamp: Codable, Equatable, Sendable {
  let size, inode, device: Int
  /// Nanoseconds since 1970 at which the content was modified, and at which anything of the file was changed.
  let modified, changed: Int

  /// The stamp of what `url` leads to; `nil` where that is nothing.
  init?(of url: URL) { self.init(path: url.path) }

  /// The same of a path.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    device = Int(truncatingIfNeeded: status.st_dev)
    size = Int(status.st_size)
    inode = Int(truncatingIfNeeded: status.st_ino)
    modified = FileStamp.nanoseconds(status.st_mtim)
    changed = FileStamp.nanoseconds(status.st_ctim)
  }

  private static func nanoseconds(_ time: timespec) -> Int { time.tv_sec * 1_000_000_000 + time.tv_nsec }

  /// A file changed within the same tick of the system's clock keeps its time: 10 ms where that ticks slowest.
  private static let tick = 20_000_000

  /// Waits until a change from now on would show: at most 20 ms, and only for a file that was just written.
  func settle() {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let age = FileStamp.nanoseconds(now) - changed
    if (0..<FileStamp.tick).contains(age) { usleep(UInt32((FileStamp.tick - age) / 1_000)) }
  }
}
