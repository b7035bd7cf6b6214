import Crypto
import Foundation

/// What a run's manifest says about the run's rows, so that a number changed by hand is found out.
public enum RowsDigest {
  /// SHA-256, in hexadecimal, over the lines of a run's scores and then of its curves, in their order in the files.
  public static func of(scores: [ScoreRow], curves: [CurveRow]) -> String {
    var hash = SHA256()
    for row in scores { hash.update(data: Data(row.line.utf8)) }
    for row in curves { hash.update(data: Data(row.line.utf8)) }
    return hexadecimal(hash.finalize())
  }

  /// The same over the lines of a run's answers; `nil` where there are none.
  public static func of(answers: [AnswerRow]) -> String? {
    if answers.isEmpty { return nil }
    var hash = SHA256()
    for row in answers { hash.update(data: Data(row.line.utf8)) }
    return hexadecimal(hash.finalize())
  }
}

/// The bytes of a digest as lower-case hexadecimal digits.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
}

/// SHA-256 of `data` in hexadecimal.
package func sha256(_ data: Data) -> String { hexadecimal(SHA256.hash(data: data)) }
