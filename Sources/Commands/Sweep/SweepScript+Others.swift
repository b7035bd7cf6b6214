import Harness

extension SweepScript {
  /// For bash where GNU parallel is: cells on this machine, or on those of `--hosts`, over ssh.
  var parallel: String {
    let hosts = job.hosts.map { " --sshloginfile \($0.shellWord) --workdir \(place.folder.shellWord)" } ?? ""
    let logs = (place.runs + "/logs").shellWord
    // Each machine may have a disk of its own.
    let preparation = preparation(place).map { line in
      job.hosts == nil ? line : "parallel --nonall\(hosts) \(line.shellWord)"
    }
    let cell = "\(command) --cell {}/\(sweep.cells.count)"
    return """
      #!/bin/bash
      # \(title). Give it to bash; given again, it runs what is left.
      set -euo pipefail
      cd \(place.folder.shellWord)
      mkdir -p \(logs)
      \((preparation + [""]).joined(separator: "\n"))seq 0 \(sweep.cells.count - 1) | \\
        parallel --jobs \(job.maxRunning ?? 1)\(hosts) --joblog \(logs)/parallel.tsv --resume-failed --retries 3 \\
        \(cell.shellWord)
      """
  }

  /// For `kubectl apply -f`: an Indexed Job. The volume `repro` holds `Runs` and `Data`, and all pods share it.
  var kubernetes: String {
    let place = Place(program: "repro", folder: "/repro", runs: "/repro/Runs", data: "/repro/Data")
    let words = words(place).map { "\"\($0)\"" }.joined(separator: ", ")
    let volume = "volumeMounts: [{name: repro, mountPath: /repro}]"
    let preparation = preparation(place)
    let first =
      preparation.isEmpty
      ? ""
      : """
            # The first pod gets the data, and the others wait for it.
            initContainers:
            - name: data
              image: "\(job.image)"
              command: ["sh", "-ec", "\(preparation.joined(separator: "; "))"]
              \(volume)

      """
    return """
      # \(title), one pod each: kubectl apply -f FILE
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: repro-sweep
      spec:
        completionMode: Indexed
        completions: \(sweep.cells.count)
        parallelism: \(job.maxRunning ?? sweep.cells.count)
        # Saved and to be run again (75) counts against this limit, a node that goes away does not.
        backoffLimitPerIndex: \(Self.mostRestarts)
        podFailurePolicy:
          rules:
          - action: Ignore
            onPodConditions: [{type: DisruptionTarget, status: "True"}]
          - action: FailIndex
            onExitCodes: {containerName: cell, operator: In, values: [2, 64, 69]}
        template:
          spec:
            restartPolicy: Never
            terminationGracePeriodSeconds: \(job.notice)
      \(first)      containers:
            - name: cell
              image: "\(job.image)"
              workingDir: /repro
              command: [\(words)]
              resources:
                requests: {cpu: "\(job.cpus)", memory: "\(job.memory)i"}
                limits: {cpu: "\(job.cpus)", memory: "\(job.memory)i"}
              \(volume)
            volumes: [{name: repro, persistentVolumeClaim: {claimName: repro}}]
      """
  }

  /// For `sky jobs launch`: one task, started once for each cell. Runs are kept in the bucket `repro-runs`.
  var skyPilot: String {
    let place = Place(program: "repro", folder: "/repro", runs: "/repro/Runs", data: "Data")
    let preparation = preparation(place).map { "  \($0)" }.joined(separator: "\n")
    return """
      # \(title), one managed job each:
      #   for k in $(seq 0 \(sweep.cells.count - 1)); do sky jobs launch --yes --async --env CELL=$k/\(sweep.cells.count) FILE; done
      name: repro
      resources:
        image_id: docker:\(job.image)
        cpus: \(job.cpus)+
        job_recovery:
          # Saved and to be run again; every other failure is one for good.
          recover_on_exit_codes: [75]
          max_restarts_on_errors: 0
      envs:
        CELL: 0/\(sweep.cells.count)
      file_mounts:
        /repro: {name: repro-runs, mode: MOUNT}
      setup: |
        set -e
      \(preparation)
      run: |
        exec \(command(place)) --requeue-exit --cell $CELL
      """
  }
}
