import Testing

@testable import Harness

/// What a job learns of its scheduler from the environment alone.
@Suite struct SchedulerTests {
  @Test func jobsAreToldByTheirSchedulersNames() {
    let slurm = [
      "SLURM_JOB_ID": "7", "SLURM_ARRAY_JOB_ID": "6", "SLURM_ARRAY_TASK_ID": "3", "SLURM_RESTART_COUNT": "1",
    ]
    let others = ["SLURM_JOB_NAME": "x", "PBS_JOBID": "", "HOME": "/"]
    #expect(Scheduler.jobs(in: slurm.merging(others) { $1 }) == slurm)
    #expect(Scheduler.jobs(in: others) == nil)
    let batch = ["AWS_BATCH_JOB_ID": "a", "AWS_BATCH_JOB_ARRAY_INDEX": "2", "AWS_BATCH_JOB_ATTEMPT": "2"]
    #expect(Scheduler.jobs(in: batch) == batch)
  }

  @Test(arguments: [
    ("SLURM_JOB_ID", "Slurm"), ("JOB_COMPLETION_INDEX", "Kubernetes"), ("AWS_BATCH_JOB_ID", "AWS Batch"),
    ("PBS_JOBID", "PBS"), ("LSB_JOBID", "LSF"), ("SGE_TASK_ID", "Grid Engine"),
    ("SKYPILOT_TASK_ID", "SkyPilot"),
  ])
  func aJobIsKnownByItsMark(variable: String, name: String) {
    #expect(Scheduler.current(in: [variable: "0", "HOME": "/"])?.name == name)
    #expect(Scheduler.current(in: [variable: "", "HOME": "/"]) == nil)
  }

  @Test(arguments: [
    "SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX", "AWS_BATCH_JOB_ARRAY_INDEX", "PBS_ARRAY_INDEX",
  ])
  func theNumberOfATaskIsReadFromItsVariable(variable: String) throws {
    let task = try #require(try Scheduler.taskIndex(in: [variable: "12", "HOME": "/"]))
    #expect(task.variable == variable && task.index == 12)
    #expect(try Scheduler.taskIndex(in: [variable: ""]) == nil)
    for text in ["-1", "1.0", "undefined"] {
      let told = errorText { _ = try Scheduler.taskIndex(in: [variable: text]) }
      #expect(told.contains("$\(variable) is “\(text)”"), "\(told)")
    }
  }
}
