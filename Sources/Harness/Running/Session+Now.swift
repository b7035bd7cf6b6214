import Foundation

extension RunManifest.Session {
  /// A session that begins now, on this computer and with `threads` threads, by a program built from `source`; `reading`
  /// is how many seconds the images took to read.
  package static func now(_ source: SourceState, threads: Int, reading: Double? = nil) -> Self {
    var session = Self(start: Date(), source: source)
    session.host = Machine.host
    session.machine = .current
    var libraries = Machine.libraries
    libraries["repro"] = source.suite
    session.libraries = libraries
    session.threads = threads
    session.build = Machine.build
    session.jobs = Machine.jobs
    session.phases = RunManifest.Phases(reading: reading)
    return session
  }
}

extension RunManifest {
  /// What keeps a run that was begun from being gone on with here, one phrase for each: sums are rounded differently with
  /// other threads and with other instructions.
  func obstacles(threads now: Int, anyInstructionSet: Bool, here: Machine = .current) -> [String] {
    var found: [String] = []
    if threads != now { found.append("threads: \(threads) there, \(now) now") }
    if let there = instructionSets.last, there != here.instructionSet, !anyInstructionSet {
      found.append(
        "instruction set: \(there) there, \(here.instructionSet) now (--allow-instruction-set goes on all the same, and "
          + "the tables say so)")
    }
    return found
  }
}
