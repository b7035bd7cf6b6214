import ArgumentParser
import Evaluation
import Foundation
import Glibc
import Harness

/// Ends the command as its errors ask for: one readable line on standard error, and the exit status.
enum Failure {
  /// Something failed while running.
  static let runtime = ExitCode(2)
  /// The user asked for an end.
  static let interrupted = ExitCode(130)

  /// Runs `body`; what it throws becomes a line and a status.
  static func reported<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch let error as ExitCode {
      throw error
    } catch let error as ValidationError {
      throw error
    } catch let error as UnknownName {
      throw ValidationError(error.description)
    } catch let error as OverrideError {
      throw ValidationError(error.description)
    } catch let error as RunProblem {
      throw ValidationError(error.description)
    } catch let error as Interrupted {
      Console.note("\(error)")
      throw interrupted
    } catch {
      Console.error("\(error)")
      throw runtime
    }
  }
}

/// Standard output for what was asked for, standard error for everything else.
enum Console {
  /// Whether progress may be drawn over itself.
  static let isTerminal = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  /// Whether colours are wanted.
  static let isColored = isTerminal && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty

  /// Prints a result.
  static func result(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

  /// Prints what goes on.
  static func note(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

  /// Prints something that deserves a look.
  static func warning(_ text: String) { note(colored("warning: ", "33") + text) }

  /// Prints why a command ends.
  static func error(_ text: String) { note(colored("error: ", "31") + text) }

  /// Prints `value` as JSON for programs.
  static func json(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    result(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// Prints without a line's end, for progress.
  static func draw(_ text: String) { write(text, to: STDERR_FILENO) }

  private static func colored(_ text: String, _ code: String) -> String {
    isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      // A reader that went away (`repro list | head -1`) is no error of ours.
      if written <= 0 && errno != EINTR { return }
      bytes = bytes.dropFirst(max(0, written))
    }
  }
}
