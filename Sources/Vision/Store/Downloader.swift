import Foundation
import Subprocess

/// Downloads files with curl.
struct Downloader: Sendable {
  /// Seconds in which a host must answer at all.
  var answerSeconds = 10
  /// Bytes per second below which a source is left while another one may be faster.
  var leastRate = 150_000
  /// Seconds over which the rate is measured.
  var rateSeconds = 20
  /// Seconds without a byte after which a source is given up.
  var stallSeconds = 60

  /// What became of a download.
  enum Outcome: Equatable, Sendable {
    case complete
    /// The source cannot continue at a byte: begin anew.
    case cannotResume
    case tooSlow
    case failed(String)
  }

  /// Asks all `sources` at once; returns those whose host answered, in their order.
  func answering(_ sources: [String]) async throws -> [String] {
    try await withThrowingTaskGroup(of: String?.self) { group in
      for source in sources {
        group.addTask {
          let code = try await curl([
            "--head", "--max-time", "\(answerSeconds)", "--output", "/dev/null", source,
          ]).code
          // 22: the host answered with an error; some refuse the question and give the file all the same.
          return code == 0 || code == 22 ? source : nil
        }
      }
      var answered: Set<String> = []
      for try await source in group { if let source { answered.insert(source) } }
      return sources.filter(answered.contains)
    }
  }

  /// Downloads `source` into `part`, going on where that file ends; `isPatient` accepts any rate.
  func download(
    _ source: String, into part: URL, isPatient: Bool, received: @escaping @Sendable (Int) -> Void
  ) async throws -> Outcome {
    let limits =
      isPatient
      ? ["--speed-limit", "1", "--speed-time", "\(stallSeconds)"]
      : ["--speed-limit", "\(leastRate)", "--speed-time", "\(rateSeconds)"]
    let watch = Task {
      while !Task.isCancelled {
        try await Task.sleep(for: .milliseconds(500))
        received(part.fileSize ?? 0)
      }
    }
    defer { watch.cancel() }
    let isResumed = (part.fileSize ?? 0) > 0
    let (code, message) = try await curl(
      ["--connect-timeout", "\(answerSeconds)", "--continue-at", "-", "--output", part.path] + limits + [
        source
      ])
    switch code {
    case 0: return .complete
    case 22, 33, 36: return isResumed ? .cannotResume : .failed(message)
    case 28: return isPatient ? .failed("no answer for \(stallSeconds) s") : .tooSlow
    default: return .failed(message)
    }
  }

  private func curl(_ arguments: [String]) async throws -> (code: Int, message: String) {
    let quiet = ["--silent", "--show-error", "--fail", "--location"]
    return try await execute("curl", quiet + arguments)
  }
}

/// Runs a program to its end; throws `DownloadError.missingProgram` when it is not installed.
func execute(_ program: String, _ arguments: [String]) async throws -> (code: Int, message: String) {
  do {
    let result = try await run(
      .name(program), arguments: Arguments(arguments), input: .none, output: .discarded,
      error: .string(limit: 1 << 16))
    let lines = result.standardError.split(separator: "\n")
    switch result.terminationStatus {
    case .exited(let code): return (Int(code), String(lines.last ?? "\(program) ended with code \(code)"))
    case .signaled(let signal): return (128 + Int(signal), "\(program) was ended by signal \(signal)")
    }
  } catch let error as SubprocessError where error.code == .executableNotFound {
    throw DownloadError.missingProgram(program)
  }
}

extension URL {
  /// The bytes of the file here; `nil` when there is none.
  var fileSize: Int? {
    (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
  }
}
