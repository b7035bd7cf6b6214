import Checking
import Foundation
import Harness
import Tensors

/// Replays the golden curves of several experiments at once, each in a process of its own: a smoke-scale step is too short to
/// keep several threads busy.
struct CurveReplay {
  /// The experiments.
  let names: [String]
  /// The program, as it is running.
  var program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
  /// The repository.
  let root: URL
  /// How many processes compute at once.
  var count = WorkerPool.availableCores

  /// Whether several processes are worth their start.
  var isWorthIt: Bool { names.count > 1 && count > 1 }

  /// What all of them found, in the order of the names; `told` is handed each outcome as it comes, with its experiment.
  ///
  /// What a process does not answer is replayed here, by `fallback`.
  func run(
    fallback: (String) throws -> RecordCheck.Outcome, told: (String, RecordCheck.Outcome) -> Void
  ) async throws -> RecordCheck.Outcome {
    var answers: [String: RecordCheck.Outcome] = [:]
    await withTaskGroup(of: (String, RecordCheck.Outcome?).self) { group in
      var waiting = names[...]
      func begin() {
        guard let name = waiting.popFirst() else { return }
        group.addTask { (name, await answer(name)) }
      }
      for _ in 0..<count { begin() }
      while let (name, outcome) = await group.next() {
        begin()
        guard let outcome else { continue }
        answers[name] = outcome
        told(name, outcome)
      }
    }
    for name in names where answers[name] == nil {
      let outcome = try fallback(name)
      answers[name] = outcome
      told(name, outcome)
    }
    return names.compactMap { answers[$0] }.reduce(RecordCheck.Outcome(), +)
  }

  /// What a process of its own says of `name`'s curves; `nil` where it says nothing that can be read.
  private func answer(_ name: String) async -> RecordCheck.Outcome? {
    let process = Process()
    process.executableURL = program
    process.arguments = ["check", name, "--curves", "--json"]
    process.currentDirectoryURL = root
    process.environment = ProcessInfo.processInfo.environment.merging([WorkerPool.threadsVariable: "1"]) {
      $1
    }
    // Not a pipe: waiting for its end would take a thread that the others' ends need.
    let place = FileManager.default.temporaryDirectory.appending(
      component: "repro-curves-\(UUID().uuidString)")
    guard FileManager.default.createFile(atPath: place.path, contents: nil),
      let output = try? FileHandle(forWritingTo: place)
    else { return nil }
    defer { try? FileManager.default.removeItem(at: place) }
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    let hasRun = await withCheckedContinuation { continuation in
      process.terminationHandler = { continuation.resume(returning: $0.terminationReason == .exit) }
      do {
        try process.run()
      } catch {
        process.terminationHandler = nil
        continuation.resume(returning: false)
      }
    }
    try? output.close()
    guard hasRun, let data = try? Data(contentsOf: place) else { return nil }
    return try? JSONDecoder().decode(RecordCheck.Outcome.self, from: data)
  }
}
