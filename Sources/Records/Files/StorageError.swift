import Foundation

/// A file or folder that could not be written.
public struct StorageError: Error, Equatable, CustomStringConvertible {
  /// What was attempted, e.g. `write`.
  public let action: String
  /// The file or folder.
  public let path: String
  /// The system's error number.
  public let code: Int32

  /// Creates an error; without a code it takes the last one of the system.
  public init(_ action: String, path: String, code: Int32 = errno) {
    self.action = action
    self.path = path
    self.code = code
  }

  /// What is wrong and what to do, in one line.
  public var description: String {
    "cannot \(action) \(path): \(String(cString: strerror(code))). \(advice)"
  }

  private var advice: String {
    switch code {
    case ENOSPC, EDQUOT:
      "Free some space and run the same command again; everything up to the last checkpoint is kept."
    case EACCES, EPERM, EROFS, ENOTDIR, ENOENT:
      "Choose a folder that can be written with --output DIR (or $REPRO_RUNS)."
    case ENAMETOOLONG: "Change fewer constants in one run, or choose a shorter folder with --output DIR."
    default: "Nothing written before is lost."
    }
  }
}
