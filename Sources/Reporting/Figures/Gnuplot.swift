import Foundation
import Records
import Subprocess

/// Draws plots with gnuplot.
enum Gnuplot {
  /// Runs the script `name` in `folder`; throws a `GnuplotError`.
  static func draw(_ name: String, in folder: URL) async throws {
    let script = folder.appending(component: "\(name).gp").path
    func failed(_ message: String) -> GnuplotError { .failed(script: script, message: message) }
    do {
      let result = try await run(
        .name("gnuplot"), arguments: ["--default-settings", "\(name).gp"],
        workingDirectory: .init(folder.path),
        output: .discarded, error: .string(limit: 1 << 20))
      if result.terminationStatus.isSuccess { return }
      throw failed(result.standardError.split(separator: "\n").last.map(String.init) ?? "no message")
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw GnuplotError.notFound
    } catch let error as SubprocessError {
      throw failed("\(error)")
    }
  }
}

/// A figure that could not be drawn; its script is kept.
public enum GnuplotError: Error, Equatable, CustomStringConvertible {
  /// The program is not installed.
  case notFound
  /// The program refused a script.
  case failed(script: String, message: String)

  /// What is missing or wrong, and what to do.
  public var description: String {
    switch self {
    case .notFound:
      "gnuplot is not installed, so no figure was drawn; the numbers are kept. Install it with Scripts/setup "
        + "(Debian: apt install gnuplot-nox) and run repro plot"
    case .failed(let script, let message):
      "gnuplot could not draw \(script): \(message). The numbers are kept; gnuplot 5.4 is known to work"
    }
  }
}
