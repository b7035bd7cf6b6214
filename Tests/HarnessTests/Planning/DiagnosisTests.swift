import Foundation
import Testing
import Vision

@testable import Claims
@testable import Harness

@Suite struct DiagnosisTests {
  private func findings(_ folder: URL, path: String) -> [String: Diagnosis.Finding] {
    let diagnosis = Diagnosis(
      output: folder.appending(component: "Runs"),
      data: DataStore(directory: folder.appending(component: "Data")),
      command: "swift run repro", path: path)
    return Dictionary(uniqueKeysWithValues: diagnosis.findings.map { ($0.subject, $0) })
  }

  @Test func whatIsMissingHasACommandThatGetsIt() throws {
    let folder = try TemporaryFolder()
    let findings = findings(folder.url, path: "/nowhere")
    for program in ["git", "curl", "tar", "gnuplot"] {
      let finding = try #require(findings[program])
      #expect(finding.state == .limited && finding.fix?.contains("Scripts/setup") == true)
    }
    #expect(findings["gnuplot"]?.fix?.hasSuffix("apt-get install -y gnuplot-nox") == true)
    #expect(findings["data cifar10"]?.fix == "swift run repro data get cifar10")
    #expect(findings["data camvid"]?.fix == "swift run repro data get camvid --from FOLDER")
    #expect(findings["data shapes"]?.state == .good && findings["output"]?.state == .good)
  }

  @Test func aProgramOnThePathIsFound() throws {
    let folder = try TemporaryFolder()
    let program = folder.url.appending(component: "gnuplot")
    try Data("#!/bin/sh\n".utf8).write(to: program)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
    let found = findings(folder.url, path: "/nowhere:\(folder.url.path)")["gnuplot"]
    #expect(found?.state == .good && found?.detail == program.path)
  }

  @Test func damagedFilesAreNamed() throws {
    let folder = try TemporaryFolder()
    let set = folder.url.appending(path: "Data/cifar-100-binary")
    try FileManager.default.createDirectory(at: set, withIntermediateDirectories: true)
    for name in ["train.bin", "test.bin"] { try Data("short".utf8).write(to: set.appending(component: name)) }
    let finding = try #require(findings(folder.url, path: "")["data cifar100"])
    #expect(finding.state == .limited && finding.detail.contains("train.bin is truncated"))
  }
}
