import ArgumentParser
import Evaluation
import Foundation
import Glibc
import Harness
import Reporting
import Synchronization
import Vision

/// Ends the command as its errors ask for: one readable line on standard error, and the exit status.
enum Failure {
  /// Something failed while running.
  static let runtime = ExitCode(2)
  /// What was asked for does not exist or makes no sense.
  static let usage = ExitCode.validationFailure
  /// The data that it takes cannot be had here.
  static let noData = ExitCode(69)
  /// Nothing is wrong, but the command has to be run again for all to be done.
  static let runAgain = ExitCode(Interruption.runAgain)
  /// The user, or a scheduler, asked for an end.
  static var interrupted: ExitCode { ExitCode(Interruption.status) }

  /// Runs `body`; what it throws becomes a line and a status.
  static func reported<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      let result = try await body()
      try Console.checkOutput()
      return result
    } catch let error as ExitCode {
      throw error
    } catch let error where isUsage(error) {
      // Not thrown on: outside of parsing, the usage that would be printed with it is that of another command.
      Console.error((error as? ValidationError)?.message ?? "\(error)")
      throw usage
    } catch let error as Interrupted {
      Console.note("\(error)")
      throw interrupted
    } catch {
      Console.error("\(error)")
      throw status(of: error)
    }
  }

  /// What a run's error ends the command with.
  static func status(of error: any Error) -> ExitCode {
    switch error {
    case is FolderInUse: runAgain
    case let error as DataError where error.isAbsence: noData
    case let error as DownloadError where error.isOutOfReach: noData
    default: runtime
    }
  }

  private static func isUsage(_ error: any Error) -> Bool {
    error is ValidationError || error is UnknownName || error is OverrideError || error is RunProblem
  }
}

/// Standard output for what was asked for, standard error for everything else.
enum Console {
  /// Whether progress may be drawn over itself.
  static let isTerminal = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  /// Whether colours are wanted.
  static let isColored = isTerminal && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty

  /// How many columns a line of progress may take, and still be drawn over.
  static var progressWidth: Int { (width ?? Wrapping.usualWidth + 1) - 1 }

  /// When results are coloured.
  enum Color: String, CaseIterable {
    case auto, always, never
  }

  private static let color = Mutex(Color.auto)

  /// Says when results are coloured from now on.
  static func use(_ choice: Color) { color.withLock { $0 = choice } }

  /// Whether results are coloured by `choice`: on a terminal that is not dumb unless told otherwise, and never by `auto` under
  /// `NO_COLOR`.
  static func colorsResults(_ choice: Color, isTerminal: Bool, environment: [String: String]) -> Bool {
    switch choice {
    case .always: true
    case .never: false
    case .auto: isTerminal && environment["TERM"] != "dumb" && (environment["NO_COLOR"] ?? "").isEmpty
    }
  }

  /// `text` as a result of this kind is shown: coloured where that is wanted.
  static func toned(_ text: String, _ tone: Conclusion.Tone?) -> String {
    let isWanted = colorsResults(
      color.withLock { $0 }, isTerminal: isatty(STDOUT_FILENO) == 1,
      environment: ProcessInfo.processInfo.environment)
    guard isWanted, let tone else { return text }
    let code =
      switch tone {
      case .held: "1;32"
      case .failed: "1;31"
      case .open: "1;33"
      case .void: "1;35"
      }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }

  /// How many columns a line of text is given: the terminal's, or the usual number where there is none.
  static var textWidth: Int {
    var size = winsize()
    if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    return width ?? Wrapping.usualWidth
  }

  /// How many characters fit into a line of the terminal; `nil` where that cannot be told.
  static var width: Int? {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Prints a result.
  static func result(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

  /// Prints what goes on, in place of a line of progress that may stand there; on a terminal in lines that it holds.
  static func note(_ text: String) { put(isTerminal ? wrapped(text, to: width) : text) }

  /// `text` with each line that `width` columns do not hold broken between words, behind its own indentation and two more.
  static func wrapped(_ text: String, to width: Int?) -> String {
    guard let width else { return text }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      if line.count <= width { return String(line) }
      let margin = String(line.prefix { $0 == " " })
      let words = String(line.dropFirst(margin.count))
      return margin
        + Wrapping.lines(words, width: width, indent: margin.count + 2, first: margin.count)
        .joined(separator: "\n")
    }
    return lines.joined(separator: "\n")
  }

  private static func put(_ text: String) {
    write((isTerminal ? lineStart : "") + text + "\n", to: STDERR_FILENO)
  }

  /// Prints something that deserves a look.
  static func warning(_ text: String) { tell("warning: ", "33", text) }

  /// Prints why a command ends.
  static func error(_ text: String) { tell("error: ", "31", text.onOneLine) }

  /// Prints `text` behind `label`: in one line for files and programs, on a terminal in lines that it holds.
  private static func tell(_ label: String, _ code: String, _ text: String) {
    let lines =
      isTerminal
      ? Wrapping.lines(text, width: width ?? Wrapping.usualWidth, indent: 2, first: label.count) : [text]
    put(colored(label, code) + lines.joined(separator: "\n"))
  }

  /// Prints `value` as JSON for programs.
  static func json(_ value: some Encodable) throws {
    result(String(decoding: try ReadableJSON.data(value), as: UTF8.self))
  }

  /// Draws a line of progress over the one before it, on a terminal only; cut to what one line holds, since what wraps
  /// could not be drawn over.
  static func draw(_ text: String) {
    guard isTerminal else { return }
    write(lineStart + fitted(text, to: width), to: STDERR_FILENO)
  }

  /// The beginning of `text` that one line of `width` characters holds, with an ellipsis where something was cut off.
  static func fitted(_ text: String, to width: Int?) -> String {
    guard let width, text.count >= width else { return text }
    return text.prefix(max(0, width - 2)) + "…"
  }

  /// Goes back to the line's start and removes what it shows.
  private static let lineStart = "\r\u{1B}[K"

  private static func colored(_ text: String, _ code: String) -> String {
    isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      // A reader that went away (`repro list | head -1`) is no error of ours, nor is a descriptor that was never open.
      if written < 0 && (errno == EPIPE || errno == EBADF) { return }
      if written < 0 {
        if descriptor == STDOUT_FILENO { lostOutput.withLock { $0 = $0 ?? String(cString: strerror(errno)) } }
        return
      }
      bytes = bytes.dropFirst(written)
    }
  }

  /// Why something could not be written to standard output, where it could not.
  private static let lostOutput = Mutex<String?>(nil)

  /// Throws `Failure.runtime`, having said why, where results were lost on their way out: a full disk is no success.
  static func checkOutput() throws {
    guard let reason = lostOutput.withLock({ $0 }) else { return }
    error("standard output could not be written (\(reason)): the results are incomplete there")
    throw Failure.runtime
  }
}
