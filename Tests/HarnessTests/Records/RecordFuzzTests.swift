import Foundation
import TestSupport
import Testing

@testable import Harness
@testable import Records

extension FuzzRandom {
  /// A field of a table, sound or not.
  fileprivate mutating func field() -> String {
    switch below(6) {
    case 0: numeral()
    case 1:
      one(of: ["smoke", "reduced", "cifar10:official", "MoCo + CO2", "linear-v1", "top1", "right", "pixels"])
    case 2: one(of: ["\"", "\"\"", "a\"b", "\"a,b\"", "\"a\nb\"", "\r", " ", "", "\u{FEFF}", "\0", "é"])
    case 3: Data(bytes(below(12))).base64EncodedString()
    default: "x"
    }
  }

  /// A table with the columns of `Row`, a few of whose fields are not what they should be.
  fileprivate mutating func table<Row: CSVRow>(like rows: [Row]) -> Data {
    var lines = [Row.columns.joined(separator: one(of: [",", ",", ",", ",", ";", "\t"]))]
    for _ in 0..<below(5) {
      var fields = one(of: rows).fields
      for _ in 0..<below(3) where !fields.isEmpty { fields[below(fields.count)] = field() }
      if once(in: 20) { fields.append(field()) }
      if once(in: 20) { fields.removeLast() }
      lines.append(once(in: 4) ? fields.joined(separator: ",") : String(CSVFile.line(fields).dropLast()))
    }
    let end = one(of: ["\n", "\n", "\n", "\r\n", "\r"])
    return (once(in: 20) ? Data([0xEF, 0xBB, 0xBF]) : Data())
      + Data((lines.joined(separator: end) + end).utf8)
  }

  /// `value` with one of its leaves, or a whole part, replaced by something else.
  mutating func changed(_ value: JSONValue) -> JSONValue {
    let path = one(of: value.paths).split(separator: ".").map(String.init)
    let other: JSONValue =
      switch below(8) {
      case 0: .null
      case 1: .integer(once(in: 2) ? extent() : -extent())
      case 2: .number(one(of: [1e308, -1e308, 0.5, Double.leastNonzeroMagnitude, 1e39]))
      case 3:
        .string(one(of: ["", "smoke", "x\n", "2026-01-01T00:00:00Z", String(repeating: "é", count: 300)]))
      case 4: .array((0..<below(4)).map { .integer($0) })
      case 5: .bool(true)
      case 6: .object([:])
      default: .integer(below(4))
      }
    return value.replacing(path, with: other)
  }
}

/// The files that a record is made of, whatever they hold.
@Suite struct RecordFuzzTests {
  private static func isOurs(_ error: any Error) -> Bool {
    error is CSVError || error is ManifestError || error is RunProblem
  }

  private func check<Row: CSVRow>(_ name: String, _ rows: [Row]) {
    let sound = Data(Row.table(of: rows).utf8)
    let accepted = Fuzz.run(name, share: 0.4, throwing: Self.isOurs) { random in
      random.once(in: 3) ? random.changed(sound) : random.table(like: rows)
    } _: { data in
      let text = String(decoding: data, as: UTF8.self)
      let read = try Row.numbered(in: text, file: "x.csv").map(\.row)
      // What is read is written and read again as itself.
      let again = try Row.numbered(in: Row.table(of: read), file: "x.csv").map(\.row)
      #expect(again.map(\.fields) == read.map(\.fields))
    }
    #expect(accepted > 0)
  }

  @Test func tablesOfAnyFieldsAreHarmless() throws {
    let run = SampleRun()
    check("csv-scores", run.scores)
    check("csv-curves", run.curves)
    check(
      "csv-acknowledgements",
      [Acknowledgement(run: run.key.run, arm: "Base", seed: 0, reason: "seen, and \"sound\"")])
    let kinds: [(AnswerRow.Kind, Int, [Int])] = [
      (.right, 1, [1, 0, 1, 1, 0, 0, 0, 1, 1]), (.shares, 1, [3, 4, 0, 4]),
      (.pixels, 2, [3, 0, 0, 0, 9, 1, 0, 200]),
    ]
    check(
      "csv-answers",
      kinds.map { kind, classes, counts in
        AnswerRow(
          key: run.key, evaluation: "linear-v1", metric: "top1", kind: kind, classes: classes, counts: counts)
      })
  }

  @Test func manifestsOfAnyValuesAreHarmless() throws {
    let text = SampleRun().finishedManifest.json
    let sound = try JSONDecoder().decode(JSONValue.self, from: text)
    let folder = try TemporaryFolder()
    let file = folder.url.appending(component: "run.json")
    let accepted = Fuzz.run("run-json", throwing: Self.isOurs) { random in
      if random.once(in: 3) { return random.changed(text) }
      if random.once(in: 40) {
        return Data((String(repeating: random.one(of: ["[", "{\"a\":"]), count: random.below(100_000))).utf8)
      }
      var value = sound
      for _ in 0...random.below(3) { value = random.changed(value) }
      return (try? JSONEncoder().encode(value)) ?? Data()
    } _: { data in
      try data.write(to: file)
      let manifest = try RunManifest(contentsOf: file)
      _ = (manifest.key, manifest.isFinished, manifest.wallSeconds, manifest.identity.digest)
      #expect(try RunManifest(json: manifest.json).json == manifest.json)
    }
    #expect(accepted > 0)
  }

  @Test func listsOfSeedsOfAnyFormAreHarmless() {
    let accepted = Fuzz.run("seed-lists", throwing: Self.isOurs) { random in
      let parts = (0..<random.below(random.once(in: 30) ? 400 : 5)).map { _ in
        (0..<(random.once(in: 12) ? random.below(4) : 1 + random.below(2))).map { _ in
          random.once(in: 3) ? random.numeral() : "\(random.below(2_000))"
        }.joined(separator: random.one(of: ["...", "...", "..", "....", "-", "…"]))
      }
      return parts.joined(separator: random.one(of: [",", ",", ",", ", ", ";", ",,"]))
    } _: { text in
      let list = try SeedList(parsing: text)
      #expect(list.seeds.count <= SeedList.largestCount && Set(list.seeds).count == list.seeds.count)
      if !list.seeds.isEmpty { #expect(try SeedList(parsing: list.description) == list) }
    }
    #expect(accepted > 0)
  }
}
