import Foundation
import Glibc
import Tensors
import Vision

/// What this machine has and lacks for running experiments.
public struct Diagnosis {
  /// One thing looked at.
  public struct Finding: Encodable, Sendable, Equatable {
    /// How it is.
    public enum State: String, Encodable, Sendable {
      /// As it should be.
      case good
      /// Something will be slower, skipped or got first.
      case limited
      /// Runs will fail.
      case broken
    }

    /// What was looked at.
    public let subject: String
    /// How it is.
    public let state: State
    /// What was found.
    public let detail: String
    /// The command that mends it.
    public let fix: String?
  }

  private let output: URL
  private let data: DataStore
  private let command: String
  private let path: String
  private let source: SourceState?

  /// Looks at this machine, the folder of runs and the store of data sets; `command` is how this program is called in the
  /// commands that mend something, programs are looked for in `path`, and `source` is what this one was built from.
  public init(
    output: URL, data: DataStore, command: String = "repro",
    path: String = ProcessInfo.processInfo.environment["PATH"] ?? "", source: SourceState? = nil
  ) {
    self.output = output
    self.data = data
    self.command = command
    self.path = path
    self.source = source
  }

  /// Everything looked at.
  public var findings: [Finding] {
    (source.map { [program(builtFrom: $0)] } ?? []) + [processor, threads, libraries, memory, disk, writing]
      + [
        program("git", for: "a run's manifest names its commit"),
        program("curl", for: "data sets are downloaded"),
        program("tar", for: "data sets are unpacked"),
        program(
          "gnuplot", package: "gnuplot-nox", for: "figures are drawn; numbers and scripts are written anyway"),
      ] + data.list().map(finding)
  }

  private func program(builtFrom source: SourceState) -> Finding {
    let name = "commit \((source.commit ?? "").prefix(10))"
    guard let flaw = source.flaw else { return good("program", "built from \(name), as committed") }
    return Finding(
      subject: "program", state: .limited,
      detail: "\(source.commit == nil ? "" : "\(name), but ")\(flaw): its runs cannot be recorded",
      fix: "build it in a clean clone")
  }

  private var processor: Finding {
    let machine = Machine.current
    let text = "\(machine.processor), \(machine.processorCount) cores, kernels use \(machine.instructionSet)"
    return OneDNN.hasBFloat16
      ? good("processor", "\(text), bfloat16 in hardware")
      : Finding(
        subject: "processor", state: .limited,
        detail: "\(text); no bfloat16 in hardware: trainings run in float32, at half the speed or less",
        fix: nil)
  }

  private var threads: Finding {
    let (share, usual) = (CoreShare.current, WorkerPool.usualThreads)
    let text = usual == share.count ? "decided by \(share.decidedBy)" : "by $\(WorkerPool.threadsVariable)"
    if usual > share.count {
      return Finding(
        subject: "threads", state: .limited,
        detail: "\(usual) \(text), but \(share.decidedBy) allows \(share.count) to compute at once",
        fix: "unset \(WorkerPool.threadsVariable)")
    }
    return good("threads", "\(usual), \(text)")
  }

  private var libraries: Finding {
    let versions = Machine.libraries.sorted { $0.key < $1.key }.map {
      $0.value.hasPrefix($0.key) ? $0.value : "\($0.key) \($0.value)"
    }
    return good("libraries", versions.joined(separator: ", ") + ", \(Machine.build) build")
  }

  private var memory: Finding {
    let gigabytes = Double(ProcessInfo.processInfo.physicalMemory) / 1e9
    let text = String(format: "%.1f GB", gigabytes)
    return gigabytes >= 3
      ? good("memory", text)
      : Finding(
        subject: "memory", state: .limited, detail: "\(text); a reduced run takes about 1.5 GB", fix: nil)
  }

  private var disk: Finding {
    var status = statvfs()
    guard statvfs(existing(output).path, &status) == 0 else {
      return Finding(subject: "disk", state: .broken, detail: "\(output.path) cannot be looked at", fix: nil)
    }
    let gigabytes = Double(status.f_bavail) * Double(status.f_frsize) / 1e9
    let text = String(format: "%.1f GB free at %@", gigabytes, output.path)
    return gigabytes >= 2
      ? good("disk", text)
      : Finding(
        subject: "disk", state: gigabytes < 0.2 ? .broken : .limited, detail: text,
        fix: "write elsewhere with --output DIR or $REPRO_RUNS")
  }

  private var writing: Finding {
    let folder = existing(output)
    return access(folder.path, W_OK) == 0
      ? good("output", "\(output.path) can be written")
      : Finding(
        subject: "output", state: .broken, detail: "\(folder.path) cannot be written",
        fix: "write elsewhere with --output DIR or $REPRO_RUNS")
  }

  private func program(_ name: String, package: String? = nil, for purpose: String) -> Finding {
    for folder in path.split(separator: ":") where access("\(folder)/\(name)", X_OK) == 0 {
      return good(name, "\(folder)/\(name)")
    }
    return Finding(
      subject: name, state: .limited, detail: "not installed (with it \(purpose))",
      fix: "Scripts/setup, or: sudo apt-get install -y \(package ?? name)")
  }

  private func finding(_ status: DataStore.Status) -> Finding {
    let subject = "data \(status.name.rawValue)"
    switch status.state {
    case .builtIn: return good(subject, "drawn by the suite itself")
    case .present(let folder, let kind):
      return good(subject, "\(folder.path) (\(kind ?? "not verified yet"))")
    case .absent(let error):
      return Finding(
        subject: subject, state: .limited,
        detail: error.isAbsence ? "not in \(data.directory.path)" : "\(error)",
        fix: "\(command) \(status.name.getting)")
    }
  }

  private func good(_ subject: String, _ detail: String) -> Finding {
    Finding(subject: subject, state: .good, detail: detail, fix: nil)
  }

  /// The folder itself, or the nearest one above it that exists.
  private func existing(_ folder: URL) -> URL {
    var folder = folder.standardizedFileURL
    while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
      folder.deleteLastPathComponent()
    }
    return folder
  }
}
