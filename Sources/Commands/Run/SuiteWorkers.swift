import Foundation
import Harness
import Subprocess

/// Several suites beside each other, each a process on cores of its own; a run's lock says who makes it.
struct SuiteWorkers {
  let shares: [[Int]]
  let threads: [Int]

  /// `count` processes with `threads` threads each, by default one for each processor of a share.
  init(count: Int, threads: Int?) throws {
    shares = try CoreShares(count: count).shares
    // Alike for all: the runs of a pair have to agree in them.
    let fewest = shares.map(\.count).min() ?? 1
    self.threads = shares.map { _ in threads ?? fewest }
  }

  /// Runs them to their end and adds up what came of it; a signal to this process reaches each of them.
  ///
  /// Throws `Interrupted` when one came, and a `RunProblem` where they cannot be started.
  func run() async throws -> CellRunner.Tally {
    let arguments = Self.arguments(CommandLine.arguments.dropFirst().map(\.self))
    let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "repro"
    let running = RunningProcesses()
    let ended = try await Interruption.deferredThroughout {
      try await statuses(of: program, arguments, running)
    }
    if Interruption.isRequested { throw Interrupted() }
    return ended.reduce(into: CellRunner.Tally()) { tally, status in
      switch status {
      case 0: break
      // Another of them is at what this one passed over; or it was stopped alone, and its run is there to go on with.
      case Failure.runAgain.rawValue, 130: tally.held += 1
      case Failure.noData.rawValue: tally.withoutData += 1
      default: tally.failures += 1
      }
    }
  }

  /// What each process ended with.
  private func statuses(
    of program: String, _ arguments: [String], _ running: RunningProcesses
  ) async throws -> [Int32] {
    let forwarding = Task { await running.forwardInterruption() }
    defer { forwarding.cancel() }
    return try await withThrowingTaskGroup(of: Int32.self) { group in
      for (number, share) in shares.enumerated() {
        let cores = share.map(String.init).joined(separator: ",")
        let words = ["--cpu-list", cores, program] + arguments + ["--threads", "\(threads[number])"]
        Console.note("process \(number + 1) of \(shares.count) has the processors \(cores)")
        group.addTask { try await Self.start(words, name: "\(number + 1)", running) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }

  /// The words of this command without those that say how many processes and threads.
  static func arguments(_ words: [String]) -> [String] {
    var (kept, isValue) = ([String](), false)
    for word in words {
      if isValue {
        isValue = false
      } else if ["--jobs", "--threads"].contains(word) {
        isValue = true
      } else if !["--jobs=", "--threads="].contains(where: word.hasPrefix) {
        kept.append(word)
      }
    }
    return kept
  }

  /// Starts `taskset` with `words`, prints what it says on standard error behind `name`, and returns its status.
  private static func start(
    _ words: [String], name: String, _ running: RunningProcesses
  ) async throws -> Int32 {
    var options = PlatformOptions()
    // A terminal's Ctrl-C is for this process, which hands it on: two of them would end a training without saving it.
    options.processGroupID = 0
    do {
      let result = try await Subprocess.run(
        .name("taskset"), arguments: Arguments(words), platformOptions: options, input: .none,
        output: .discarded, error: .sequence
      ) { execution in
        await running.add(execution.processIdentifier.value)
        for try await line in execution.standardError.strings() { Console.note("\(name)| \(line)") }
      }
      switch result.terminationStatus {
      case .exited(let code): return code
      case .signaled(let signal): return 128 + signal
      }
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw RunProblem("`taskset` is not installed: run `apt-get install util-linux`")
    }
  }
}

/// The processes that were started, to be told when this one is asked to end.
private actor RunningProcesses {
  private var numbers: [pid_t] = []

  func add(_ number: pid_t) { numbers.append(number) }

  /// Waits until this process is asked to end and asks each of them once.
  func forwardInterruption() async {
    while !Interruption.isRequested {
      guard (try? await Task.sleep(for: .milliseconds(100))) != nil else { return }
    }
    for number in numbers { kill(number, SIGTERM) }
  }
}
