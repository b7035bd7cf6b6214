/// Why a data set's files cannot be used; nothing is changed by any of these.
public enum DataError: Error, Equatable, CustomStringConvertible {
  /// None of the set's folders exists.
  case missing(set: String, directory: String, folders: [String])
  /// A folder lacks one of its files.
  case missingFile(path: String, set: String)
  /// A file is truncated or oversized.
  case wrongSize(path: String, found: Int, expected: Int)
  /// A file's content is not in its format.
  case malformed(path: String, detail: String)
  /// A file is sound, but of another form than the one that is read.
  case foreign(path: String, detail: String, advice: String)
  /// A label names no class.
  case labelOutOfRange(path: String, image: Int, found: Int, valid: ClosedRange<Int>)
  /// A file's digest is not a known one.
  case unknownDigest(path: String, found: String, expected: [String])
  /// Known files, decoded to other images than elsewhere.
  case decodedOtherwise(path: String, found: String, expected: String)
  /// A file or folder cannot be read or written.
  case inaccessible(path: String, reason: String)

  /// What was found, what was expected, and the next step.
  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .missing(let set, let directory, let folders):
      "\(set) is not in \(directory): expected the folder \(folders.joined(separator: " or ")). "
        + "Get it with `\(DataError.command(for: set))`, or name the folder it lies in with --data-dir or $REPRO_DATA."
    case .missingFile(let path, let set):
      "\(path) is missing. Get a whole copy with `\(DataError.command(for: set))`."
    case .wrongSize(let path, let found, let expected):
      "\(path) is \(found < expected ? "truncated" : "oversized"): found \(found) bytes, expected \(expected). "
        + DataError.nextStep
    case .malformed(let path, let detail):
      "\(path) is not in its format: \(detail). \(DataError.nextStep)"
    case .foreign(let path, let detail, let advice): "\(path) is of another form: found \(detail). \(advice)."
    case .labelOutOfRange(let path, let image, let found, let valid):
      "\(path): image \(image) has label \(found), expected \(valid.lowerBound) to \(valid.upperBound). "
        + DataError.nextStep
    case .unknownDigest(let path, let found, let expected):
      "\(path) is none of the known copies: found SHA-256 \(found), expected \(expected.joined(separator: " or ")). "
        + "Get the official files with `repro data get`, or pass --accept-digest to use these, marked as custom."
    case .decodedOtherwise(let path, let found, let expected):
      "\(path) is decoded to other images than elsewhere: found SHA-256 \(found) of their bytes, expected \(expected). "
        + "The JPEG library of this machine is none of libjpeg-turbo's: install libjpeg62-turbo-dev and build again, or "
        + "pass --accept-digest to use these images, marked as custom."
    case .inaccessible(let path, let reason):
      "\(path) cannot be used: \(reason.hasSuffix(".") ? String(reason.dropLast()) : reason). Check its permissions and "
        + "the space on its disk, then try again."
    }
  }

  /// What gets a set; some are on no host as files of a known digest.
  private static func command(for set: String) -> String {
    "repro \(DatasetReference.Name(rawValue: set)?.getting ?? "data get \(set) --from FOLDER")"
  }

  private static let nextStep =
    "Get a whole copy with `repro data get`; the files that are there now are moved aside."
}
