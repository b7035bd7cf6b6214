import Foundation
import NeuralNetworks
import Pretraining
import Testing
import Vision

@testable import Harness
@testable import Records

@Suite struct ManifestTests {
  private static func identity(seed: UInt64 = 0, temperature: Float = 0.2) -> RunIdentity {
    RunIdentity(
      experiment: "tiny-shapes", version: 1, scale: .smoke, arm: "MoCo + CO2", seed: seed,
      hyperparameters: .object([
        "temperature": .number(Double("\(temperature)")!), "queueLength": .integer(64),
      ]),
      plan: TrainingPlan(
        epochs: 2, batchSize: 8, optimizer: .sgd(learningRate: 0.03, momentum: 0.9, weightDecay: 5e-4),
        schedule: .cosine(), precision: .float32),
      dataset: .shapes.first(32), dataDigest: "abc")
  }

  @Test func theRunsDigestIsWhatItAlwaysWas() {
    // Recorded runs are found by this digest: when this test fails, they would all be taken for others.
    #expect(Self.identity().digest == "ea7602cc5de1")
  }

  @Test func theDigestFollowsEverythingThatIdentifies() {
    let base = Self.identity()
    #expect(Self.identity(seed: 1).digest != base.digest)
    #expect(Self.identity(temperature: 0.1).digest != base.digest)
    #expect(Self.identity().digest == base.digest)
  }

  @Test func aManifestReadsBack() throws {
    let folder = try TemporaryFolder()
    let outcome = try Runner.tiny(arms: ["untrained"], output: folder.url).run()[0]
    let url = outcome.run.folder.manifest
    let read = try RunManifest(contentsOf: url)
    #expect(read.json == (try Data(contentsOf: url)))
    #expect(read.key == outcome.run.key)
    #expect(read.commit == "0123456789abcdef" && !read.isDirty && !read.isModified)
    #expect(read.identity.hyperparameters == outcome.run.arm.configuration.hyperparameters)
    #expect(read.machine == .current && read.threads == 1)
  }

  @Test(arguments: ["", "{}", "[1]", "{\"run\":", "{\"run\":\"a\",\"status\":\"done\"}"])
  func anotherFileIsNoManifest(text: String) throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(component: "run.json")
    try text.write(to: url, atomically: true, encoding: .utf8)
    #expect(throws: ManifestError.self) { try RunManifest(contentsOf: url) }
  }

  @Test func canonicalTextDoesNotDependOnOrder() throws {
    let one = try JSONDecoder().decode(
      JSONValue.self, from: Data(#"{"b":[1,2.5,true,null],"a":"x\"\n/é"}"#.utf8))
    let two = try JSONDecoder().decode(
      JSONValue.self, from: Data(#"{"a":"x\"\n/é","b":[1,2.5,true,null]}"#.utf8))
    #expect(one.description == #"{"a":"x\"\u000a/é","b":[1,2.5,true,null]}"#)
    #expect(one.digest == two.digest)
    #expect(try JSONDecoder().decode(JSONValue.self, from: Data(one.description.utf8)) == one)
  }

  @Test func aFloatIsWrittenAsItsShortestDecimal() {
    struct Constants: Encodable { let rate: Float = 0.03 }
    #expect(JSONValue(encoding: Constants()).description == #"{"rate":0.03}"#)
  }

  @Test(
    arguments: [
      ("abc", [], nil), ("abc", ["a.swift"], "this program was built with a.swift changed"),
      ("abc", ["a.swift", "b"], "this program was built with a.swift and 1 other file changed"),
      ("abc", ["a.swift", "b", "c"], "this program was built with a.swift and 2 other files changed"),
      (nil, [], "git told of no commit when this program was built"),
    ] as [(String?, [String], String?)])
  func whatKeepsRunsFromTheRecordIsSaidInOnePlace(commit: String?, changed: [String], flaw: String?) {
    let state = SourceState(commit: commit, changedFiles: changed)
    #expect(state.flaw == flaw && state.isDirty == (flaw != nil))
  }
}
