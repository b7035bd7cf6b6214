import Foundation
import Testing

@testable import Tensors

/// As many threads as the process may keep cores busy, whoever limits that.
@Suite struct CoreShareTests {
  @Test func theLeastDecides() {
    func share(_ affinity: Int?, _ quota: Double?, _ environment: [String: String] = [:]) -> CoreShare {
      CoreShare(machine: 8, affinity: affinity, quota: quota, environment: environment)
    }
    func expect(_ share: CoreShare, _ count: Int, _ limit: String) {
      #expect(share.count == count && share.decidedBy == limit, "\(share)")
    }
    expect(share(nil, nil), 8, "the machine")
    expect(share(8, 8, ["SLURM_CPUS_PER_TASK": "8"]), 8, "the machine")
    expect(share(1, nil), 1, "its affinity")
    expect(share(8, 2.5), 2, "a quota of its control group")
    expect(share(8, 0.5), 1, "a quota of its control group")
    expect(share(8, 4, ["SLURM_CPUS_PER_TASK": "3"]), 3, "$SLURM_CPUS_PER_TASK")
    expect(share(8, nil, ["NSLOTS": "5", "SLURM_CPUS_PER_TASK": "none"]), 5, "$NSLOTS")
  }

  private func folder(_ files: [String: String]) throws -> URL {
    let root = FileManager.default.temporaryDirectory.appending(component: "cgroup-\(UUID().uuidString)")
    for (path, text) in files {
      let file = root.appending(path: path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    return root
  }

  @Test func quotasOfTheSecondVersionAreReadUpToTheRoot() throws {
    let root = try folder([
      "cpu.max": "max 100000\n", "jobs/cpu.max": "150000 100000\n", "jobs/7/cpu.max": "400000 100000\n",
    ])
    defer { try? FileManager.default.removeItem(at: root) }
    #expect(CoreShare.quota(membership: "0::/jobs/7\n", root: root.path) == 1.5)
    #expect(CoreShare.quota(membership: "0::/\n", root: root.path) == nil)
    // Inside a container the path is that of the outside, and the root is its own.
    #expect(CoreShare.quota(membership: "0::/jobs/8/elsewhere\n", root: root.path) == 1.5)
    #expect(CoreShare.quota(membership: nil, root: root.path) == nil)
  }

  @Test func quotasOfTheFirstVersionAreRead() throws {
    let root = try folder([
      "cpu,cpuacct/a/cpu.cfs_quota_us": "200000\n", "cpu,cpuacct/a/cpu.cfs_period_us": "100000\n",
      "cpu,cpuacct/cpu.cfs_quota_us": "-1\n", "cpu,cpuacct/cpu.cfs_period_us": "100000\n",
      "memory/a/cpu.cfs_quota_us": "1\n", "memory/a/cpu.cfs_period_us": "100000\n",
    ])
    defer { try? FileManager.default.removeItem(at: root) }
    let membership = "9:memory:/a\n4:cpu,cpuacct:/a\n1:name=systemd:/a\n"
    #expect(CoreShare.quota(membership: membership, root: root.path) == 2)
    #expect(CoreShare.quota(membership: "4:cpu,cpuacct:/b\n", root: root.path) == nil)
  }

  @Test func affinityIsReadFromTheProcesssStatus() {
    #expect(CoreShare.affinity(status: "Name:\trepro\nCpus_allowed:\tff,00000001\nMems_allowed:\t1\n") == 9)
    #expect(CoreShare.affinity(status: "Name:\trepro\n") == nil && CoreShare.affinity(status: nil) == nil)
  }

  /// A process bound to one core sees one.
  @Test func aBoundProcessSeesItsCores() throws {
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/sh")
    shell.arguments = [
      "-c", "command -v taskset >/dev/null || exit 9; exec taskset -c 0 cat /proc/self/status",
    ]
    let output = Pipe()
    shell.standardOutput = output
    try shell.run()
    let text = try output.fileHandleForReading.readToEnd().map { String(decoding: $0, as: UTF8.self) }
    shell.waitUntilExit()
    if shell.terminationStatus == 9 {
      print("aBoundProcessSeesItsCores: not run, since there is no taskset here")
      return
    }
    #expect(CoreShare.affinity(status: text) == 1)
  }
}
