import Foundation

/// A program that starts jobs on machines, known by the variables that it gives them.
public struct Scheduler: Sendable, Equatable {
  /// What it is called.
  public let name: String
  /// The variable that every job of it has and nothing else sets.
  let mark: String
  /// The variable that tells the tasks of one array apart, counted from wherever the array begins; `nil` where none does.
  let index: String?
  /// Further variables that say which job, which task of it and which attempt this is.
  let others: [String]

  /// Those that are known; the first whose mark is set is taken for the one that started the process.
  static let all = [
    Scheduler(
      name: "Slurm", mark: "SLURM_JOB_ID", index: "SLURM_ARRAY_TASK_ID",
      others: ["SLURM_ARRAY_JOB_ID", "SLURM_CLUSTER_NAME", "SLURM_RESTART_COUNT", "SLURM_JOB_NODELIST"]),
    Scheduler(name: "Kubernetes", mark: "JOB_COMPLETION_INDEX", index: "JOB_COMPLETION_INDEX", others: []),
    Scheduler(
      name: "AWS Batch", mark: "AWS_BATCH_JOB_ID", index: "AWS_BATCH_JOB_ARRAY_INDEX",
      others: ["AWS_BATCH_JOB_ATTEMPT"]),
    Scheduler(name: "PBS", mark: "PBS_JOBID", index: "PBS_ARRAY_INDEX", others: []),
    Scheduler(name: "LSF", mark: "LSB_JOBID", index: nil, others: ["LSB_JOBINDEX"]),
    Scheduler(name: "Grid Engine", mark: "SGE_TASK_ID", index: nil, others: ["JOB_ID"]),
    Scheduler(name: "SkyPilot", mark: "SKYPILOT_TASK_ID", index: nil, others: []),
  ]

  /// The one whose job a process with `environment` is; `nil` without one.
  public static func current(
    in environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> Scheduler? {
    all.first { environment[$0.mark]?.isEmpty == false }
  }

  /// The variables of `environment` that say which job this is; `nil` without any.
  static func jobs(in environment: [String: String]) -> [String: String]? {
    let names = Set(all.flatMap { [$0.mark] + [$0.index].compactMap(\.self) + $0.others })
    let found = environment.filter { names.contains($0.key) && !$0.value.isEmpty }
    return found.isEmpty ? nil : found
  }

  /// The number of this task in its array; `nil` where no array is told. Throws a `RunProblem` for what is no number.
  public static func taskIndex(
    in environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> (variable: String, index: Int)? {
    for variable in all.compactMap(\.index) {
      guard let text = environment[variable], !text.isEmpty else { continue }
      guard let index = Int(text), index >= 0 else {
        throw RunProblem("$\(variable) is “\(text)”, but must be a number from 0")
      }
      return (variable, index)
    }
    return nil
  }
}
