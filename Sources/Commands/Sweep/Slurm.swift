import Foundation
import Harness
import Subprocess

/// Scripts for Slurm, and giving them to it.
enum Slurm {
  /// Gives `script` to bash, which calls sbatch; throws a `RunProblem` where it cannot.
  static func submit(_ script: String) async throws {
    let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    guard path.contains(where: { FileManager.default.isExecutableFile(atPath: "\($0)/sbatch") }) else {
      throw RunProblem(
        "there is no sbatch here: print the script with --emit slurm and give it to bash where there is")
    }
    let result = try await Subprocess.run(
      .name("bash"), arguments: ["-s"], input: .string(script), output: .string(limit: 1 << 16),
      error: .string(limit: 1 << 16))
    guard result.terminationStatus.isSuccess else {
      throw RunProblem(
        "sbatch refused: \(result.standardError.split(separator: "\n").last ?? "without a word")")
    }
    Console.result(result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines))
  }
}

extension SweepScript {
  /// For bash where sbatch is: one job that gets the data, and an array with a task for each cell that waits for it.
  var slurm: String {
    let nodes = [
      job.partition.map { " --partition=\($0.shellWord)" },
      job.constraint.map { " --constraint=\($0.shellWord)" },
    ].compactMap(\.self).joined()
    let common =
      "--cpus-per-task=\(job.cpus) --mem=\(job.memory.shellWord) --time=\(job.time.shellWord)\(nodes)"
    let limit = job.maxRunning.map { "%\($0)" } ?? ""
    let preparation = preparation(place)
    let first =
      preparation.isEmpty
      ? ""
      : """
      data=$(sbatch --parsable --job-name=repro-data \(common) --requeue --open-mode=append \\
        --output=\(logs)/%j.out <<'JOB'
      #!/bin/bash
      set -e
      \(preparation.joined(separator: "\n"))
      JOB
      )

      """
    let dependency = preparation.isEmpty ? "" : "--dependency=afterok:${data%%;*} --kill-on-invalid-dep=yes "
    return """
      #!/bin/bash
      # \(title), one task each. Give it to bash where sbatch is.
      set -euo pipefail
      cd \(place.folder.shellWord)
      mkdir -p \(logs)
      \(first)sbatch \(dependency)--job-name=repro --array=0-\(sweep.cells.count - 1)\(limit) \\
        \(common) \\
        --signal=B:USR1@\(job.notice) --requeue --open-mode=append --output=\(logs)/%A_%a.out <<'JOB'
      #!/bin/bash
      trap '[ -z "$pid" ] || kill -USR1 $pid' USR1 TERM
      \(command) &
      pid=$!
      # A signal ends the wait and not the child, whose status is asked for in the end.
      wait $pid; while kill -0 $pid 2>/dev/null; do wait $pid; done
      wait $pid; status=$?
      # 75: saved, run me again. 138: told to save before it had begun.
      [ $status = 75 ] || [ $status = 138 ] || exit $status
      [ "${SLURM_RESTART_COUNT:-0}" -lt \(Self.mostRestarts) ] || { echo "started again \(Self.mostRestarts) times: have a look"; exit 1; }
      # This task alone: the number of the array would requeue its neighbours. One that was cancelled, or that Slurm itself
      # starts again, is no longer running.
      task=${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}
      scontrol --oneliner show job "$task" | grep -q 'JobState=RUNNING ' || exit $status
      exec scontrol requeue "$task"
      JOB
      """
  }

  private var logs: String { (place.runs + "/logs").shellWord }
}
