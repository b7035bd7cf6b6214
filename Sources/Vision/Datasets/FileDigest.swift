import Crypto
import Foundation
import Tensors

/// The digests of one file's content.
struct FileDigest: Codable, Equatable, Sendable {
  let sha256: String
  let md5: String

  /// Reads the file at `url` once, a megabyte at a time.
  init(of url: URL) throws(DataError) {
    do {
      let file = try FileHandle(forReadingFrom: url)
      defer { try? file.close() }
      var sha256 = SHA256()
      var md5 = Insecure.MD5()
      while let part = try file.read(upToCount: 1 << 20), !part.isEmpty {
        sha256.update(data: part)
        md5.update(data: part)
      }
      self.sha256 = sha256.finalize().hexadecimal
      self.md5 = md5.finalize().hexadecimal
    } catch {
      throw .inaccessible(path: url.path, reason: error.localizedDescription)
    }
  }

  /// Whether this is the content that `known` describes.
  func matches(_ known: KnownDigest) -> Bool {
    switch known.algorithm {
    case .sha256: sha256 == known.value
    case .md5: md5 == known.value
    }
  }

  /// The SHA-256 over one line `<sha256>  <name>` per file: what `sha256sum FILES | sha256sum` prints.
  static func combined(_ files: [(name: String, digest: FileDigest)]) -> String {
    let lines = files.map { "\($0.digest.sha256)  \($0.name)\n" }.joined()
    return SHA256.hash(data: Data(lines.utf8)).hexadecimal
  }

  /// The same for the files `names` of `folder`, read on every core.
  static func combined(_ names: [String], in folder: URL) throws(DataError) -> String {
    var outcomes = [Result<FileDigest, DataError>?](repeating: nil, count: names.count)
    outcomes.withUnsafeMutableBufferPointer { outcomes in
      WorkerPool.forEachRange(of: names.count) { range in
        for index in range {
          outcomes[index] = Result { () throws(DataError) in
            try FileDigest(
              of: URL(filePath: "\(folder.path)/\(names[index])", directoryHint: .notDirectory))
          }
        }
      }
    }
    var digests: [(name: String, digest: FileDigest)] = []
    for (name, outcome) in zip(names, outcomes) { digests.append((name, try outcome!.get())) }
    return combined(digests)
  }
}

extension Sequence<UInt8> {
  /// The bytes in hexadecimal.
  var hexadecimal: String {
    let digits = Array("0123456789abcdef")
    return String(flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}
