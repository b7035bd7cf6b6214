import ArgumentParser
import Harness

/// An experiment to sweep, as it is typed: `co2-cifar10`, or `co2-cifar10:0...9` with seeds of its own.
struct SweepTarget: ExpressibleByArgument, Equatable {
  let experiment: String
  let seeds: SeedList?

  init(_ experiment: String, seeds: SeedList? = nil) { (self.experiment, self.seeds) = (experiment, seeds) }

  init?(argument: String) {
    let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    experiment = String(parts[0])
    if parts.count == 1 {
      seeds = nil
    } else {
      guard let list = try? SeedList(parsing: String(parts[1])) else { return nil }
      seeds = list
    }
  }

  /// The form in which it is typed.
  var text: String { seeds.map { "\(experiment):\($0.short)" } ?? experiment }
}

/// What `--cell` was given: how large a cell is, or which of them are meant.
enum CellOption: ExpressibleByArgument, Equatable {
  case grain(Sweep.Grain)
  case share(Int, of: Int)

  init?(argument: String) {
    if let grain = Sweep.Grain(rawValue: argument) {
      self = .grain(grain)
      return
    }
    let numbers = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let index = numbers[0], let count = numbers[1] else { return nil }
    self = .share(index, of: count)
  }
}

/// What is printed of the cells that are left to run.
enum Emission: String, ExpressibleByArgument, CaseIterable {
  case list, json, slurm, parallel, k8s, skypilot
}

/// What printed scripts ask a scheduler for.
struct JobOptions: ParsableArguments {
  @Option(help: "Cores of a cell, and threads that it computes with (default: 4).")
  var cpus = 4

  @Option(help: "Memory of a cell (default: 4G).")
  var memory = "4G"

  @Option(help: "Slurm: how long one sitting may last; a cell goes on in the next (default: 4:00:00).")
  var time = "4:00:00"

  @Option(help: "Slurm: how many seconds before its end a sitting is told to save (default: 300).")
  var notice = 300

  @Option(help: "Slurm: the partition.")
  var partition: String?

  @Option(help: "Slurm: features that nodes must have; arms of one pair should meet the same instructions.")
  var constraint: String?

  @Option(help: "At most so many cells at once.")
  var maxRunning: Int?

  @Option(help: "GNU parallel: a file with the machines to log in to, one a line.", completion: .file())
  var hosts: String?

  @Option(help: "Kubernetes and SkyPilot: the image that holds the program (default: repro:latest).")
  var image = "repro:latest"

  func validate() throws {
    guard (1...1_024).contains(cpus) else {
      throw ValidationError("--cpus is \(cpus), but lies within 1...1024")
    }
    guard (1...86_400).contains(notice) else {
      throw ValidationError("--notice is \(notice), but lies within 1...86400 seconds")
    }
    if let maxRunning, maxRunning < 1 {
      throw ValidationError("--max-running is \(maxRunning), but must be at least 1")
    }
    let words = [memory, time, image] + [partition, constraint, hosts].compactMap(\.self)
    // They end up in scripts that are given to a shell.
    if let odd = words.first(where: { $0.isEmpty || $0.contains { $0.isNewline || $0 == "'" || $0 == "\"" } })
    {
      throw ValidationError(
        "“\(odd)” cannot stand in a script: it is empty, or holds quotes or ends of lines")
    }
  }
}

extension SeedList {
  /// The seeds as they are shortest: `0...4,7`.
  var short: String {
    var runs: [ClosedRange<UInt64>] = []
    for seed in seeds {
      if let last = runs.last, seed == last.upperBound + 1 {
        runs[runs.count - 1] = last.lowerBound...seed
      } else {
        runs.append(seed...seed)
      }
    }
    return runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)...\($0.upperBound)" }
      .joined(separator: ",")
  }
}
