import ArgumentParser
import Foundation
import Harness

/// `repro replicate`: trains pairs of a claim anew, for whoever doubts its record.
struct ReplicateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replicate",
    abstract:
      "Train pairs of a headline with seeds of your own and say whether they lie where the record expects.",
    discussion: """
      The mean difference of k further pairs is expected within d ± t(n − 1) s √(1 / n + 1 / k) of the n recorded ones in \
      95 % of cases. The new pairs change no verdict and no record; outside that interval the exit status is 1.
      """)

  @OptionGroup var selection: ExperimentOptions

  @Option(help: "How many pairs to train.")
  var pairs = 2

  @Option(help: "The first of their seeds, which have to be others than those on record.")
  var firstSeed: UInt64 = 1_000_000

  @OptionGroup var output: OutputOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var inflation: InflationOptions

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...100).contains(pairs) else {
      throw ValidationError("--pairs is \(pairs), but lies within 1...100")
    }
    guard firstSeed < UInt64.max - 100 else { throw ValidationError("--first-seed is too large") }
  }

  func run() async throws {
    try await Failure.reported {
      let type = try selection.type()
      let retraining = Retraining(
        type: type, scale: selection.scale, output: output.directory, data: data, inflation: inflation)
      let recorded = try retraining.recorded()
      let claim = type.init(scale: selection.scale).claims[0]
      // What stands in the way is said before anything is trained.
      let seeds = (0..<UInt64(pairs)).map { firstSeed + $0 }
      let replication = try Replication(claim, recorded: recorded, seeds: seeds)
      guard let manifest = retraining.firstPair(of: claim.comparisons[0].arms, in: recorded) else {
        throw RunProblem("the record holds no pair of version \(type.version): run it, then record it")
      }
      let (rows, folder) = try await retraining.scores(
        of: claim.arms, seeds: seeds, as: manifest, in: recorded)
      let lines = try replication.lines(rows)
      if json {
        try Console.json(
          ReplicateAnswer(lines, of: type.name, scale: selection.scale, seeds: seeds, in: folder))
        if !lines.allSatisfy(\.isWithin) { throw ExitCode(1) }
        return
      }
      for line in lines { Console.result("\(line.isWithin ? "within" : "outside"): \(line)") }
      if lines.allSatisfy(\.isWithin) { return }
      Console.note("the new runs are kept in \(folder.path)")
      throw ExitCode(1)
    }
  }
}
