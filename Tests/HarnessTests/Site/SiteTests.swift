import Foundation
import Testing

@testable import Claims
@testable import Harness
@testable import Records
@testable import Reporting
@testable import Site
@testable import repro

/// The report as pages: that they say what the record says, and that they hang together.
@Suite struct SiteTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func site(_ entries: [SiteRecord.Entry], runs: [StoredRun] = []) -> Site {
    Site(
      SiteRecord(
        entries: entries, runs: runs, runsFolder: URL(filePath: "/runs"),
        paperTables: Self.root.appending(component: "paper-tables")), stamp: "Made-up rows of a test.")
  }

  private func sample(_ results: RecordedResults) throws -> [SiteRecord.Entry] {
    [
      SiteRecord.Entry(
        report: try ExperimentReport(.sample, results: results),
        folder: ResultsFolder(URL(filePath: "/nowhere"), experiment: "sample-cifar10", scale: .reduced))
    ]
  }

  private func sampleSite(_ results: RecordedResults, runs: [StoredRun] = []) throws -> Site {
    Site(
      SiteRecord(
        entries: try sample(results), runs: runs, runsFolder: URL(filePath: "/runs"), paperTables: nil),
      stamp: "")
  }

  private func texts(_ site: Site) throws -> [String: String] {
    var found: [String: String] = [:]
    for (path, content) in try site.files() { if case .text(let text) = content { found[path] = text } }
    return found
  }

  // MARK: What pages say

  @Test func theFirstPageHasEveryClaimWithItsNumbers() throws {
    let report = try ExperimentReport(.sample, results: .sample)
    let look = try #require(report.judgements[0].findings[0].look)
    let page = try #require(try texts(sampleSite(.sample))["index.html"])
    for text in [
      "The term improves the baseline.", "reproduced", "3 of 4", "+2.90", "+0.74",
      Typography.interval(look.direction),
      "CIFAR-10 (jpeg75)", "1 claim of 1 paper",
    ] {
      #expect(page.contains(text), "\(text)")
    }
    #expect(!page.contains("No pair of runs is on record yet"))
  }

  @Test func anEmptyRecordIsSaidToBeEmpty() throws {
    let pages = try texts(sampleSite(RecordedResults()))
    #expect(pages["index.html"]?.contains("No pair of runs is on record yet") == true)
    #expect(pages["index.html"]?.contains("no pair yet") == true)
    let experiment = try #require(pages["experiments/sample-cifar10.html"])
    for text in [
      "No pair yet. The first look is at 3 pairs.", "No run on record yet",
      "not judged before the first look",
    ] {
      #expect(experiment.contains(text), "\(text)")
    }
    #expect(pages["leaderboard.html"]?.contains("there is no method to list") == true)
    #expect(pages["runs.html"]?.contains("No run lies in the folder “runs”") == true)
  }

  @Test func anExperimentsPageHasItsParts() throws {
    let page = try #require(try texts(sampleSite(.sample))["experiments/sample-cifar10.html"])
    for text in [
      "every compared arm above “random encoder”", "the published gain is larger", "ImageNet-1K, slides",
      "Base + Term", "Monitor&#39;s kNN accuracy (%)", "swift run repro run sample-cifar10 --seeds 0...2",
      "3820b8e5d4", "jpeg75 da7a00000000", "Sample CPU", "a copy of the images that had been through JPEG",
    ] {
      #expect(page.contains(text), "\(text)")
    }
    // Both arms of three seeds, their differences and the mean.
    #expect(page.matches(of: /class="dot"/).count >= 10)
  }

  /// What answered another question is shown, gives no verdict, and is on no other page.
  @Test func rowsOfAnEarlierVersionGiveNoVerdict() throws {
    let old = RecordedResults(
      sampleRuns.map { run in
        var run = run
        run.version = 1
        return run
      })
    let pages = try texts(sampleSite(old))
    #expect(pages["index.html"]?.contains("rows of an earlier version only") == true)
    #expect(pages["index.html"]?.contains("no pair yet") == true)
    #expect(pages["experiments/sample-cifar10.html"]?.contains("the code is at version 2") == true)
    #expect(pages["leaderboard.html"]?.contains("Left out") == true)
    #expect(pages["leaderboard.html"]?.contains("half a term") == false)
  }

  @Test func whatNamesHoldIsNotTakenForMarkup() throws {
    let run = SampleRun(arm: "<b>Base</b> & \"more\"")
    let pages = try texts(sampleSite(RecordedResults([run])))
    for (path, page) in pages where path.hasSuffix(".html") {
      #expect(!page.contains("<b>Base</b>"), "\(path)")
    }
    #expect(pages["experiments/sample-cifar10.html"]?.contains("&lt;b&gt;Base") == true)
  }

  @Test func comparedNumbersAreWholeAndWithoutWhatIsNoNumber() throws {
    var results = RecordedResults.sample
    results.curves[0].value = .nan
    let script = try #require(try texts(sampleSite(results))["data/sample-cifar10.js"])
    #expect(script.hasPrefix("repro.add({") && script.hasSuffix("});\n"))
    let text = script.dropFirst("repro.add(".count).dropLast(");\n".count)
    struct Run: Decodable { let scores: [String: Double], curves: [String: [[Double]]] }
    struct Arm: Decodable { let name: String, constants: Int }
    struct Compared: Decodable { let arms: [Arm], runs: [Run], constants: [[String: String]] }
    let compared = try JSONDecoder().decode(Compared.self, from: Data(text.utf8))
    #expect(compared.runs.count == sampleRuns.count && compared.arms.count == 5)
    #expect(compared.runs[0].scores["linear-v1 top1"] == 70.10)
    let curves = compared.runs[0].curves
    #expect(curves["monitor/knn"] == [[0, 30], [1, 31], [2, 32]] && curves["loss"]?.count == 2)
    let weights = compared.arms.map { compared.constants[$0.constants]["hyperparameters.weight"] }
    #expect(weights == ["0", "1", "0", "0", "0.5"])
  }

  // MARK: The pages as a whole

  /// A full record of every experiment, of rows that nobody measured. With REPRO_WRITE_SITE it is written to that folder, for
  /// `Scripts/report-test`.
  @Test func aFullRecordMakesWholePages() throws {
    let site = site(try MadeUpRecord.entries())
    let pages = try texts(site)
    try expectWhole(pages)
    for state in ["verdict held", "verdict opposite", "verdict equal", "verdict open", "verdict void"] {
      #expect(pages["index.html"]?.contains(state) == true, "\(state)")
    }
    #expect(pages["leaderboard.html"]?.contains("Probability of improvement") == true)
    #expect(pages["leaderboard.html"]?.contains("<abbr") == true)
    if let folder = ProcessInfo.processInfo.environment["REPRO_WRITE_SITE"] {
      _ = try site.write(into: URL(filePath: folder))
    }
  }

  @Test func theSameRecordGivesTheSameBytes() throws {
    let entries = try MadeUpRecord.entries()
    #expect(try texts(site(entries)) == texts(site(entries)))
  }

  @Test func theCommittedRecordMakesWholePages() throws {
    let record = try SiteRecord(
      allExperiments.declarations, root: Self.root, runs: URL(filePath: "/nowhere"))
    #expect(record.entries.count >= allExperiments.experiments.count)
    try expectWhole(texts(Site(record, stamp: "")))
  }

  /// Every link leads to a file of the site, none to the network, and no template left a hole.
  private func expectWhole(_ pages: [String: String]) throws {
    for (path, page) in pages where path.hasSuffix(".html") {
      let depth = path.contains("/")
      for match in page.matches(of: /(?:href|src)="([^"]*)"/) {
        let address = String(match.output.1)
        if address == "data:," { continue }
        #expect(!address.contains("://"), "\(path) leads to \(address)")
        let file = address.split(separator: "?")[0].split(separator: "#")[0]
        let target =
          depth ? file.hasPrefix("../") ? String(file.dropFirst(3)) : "experiments/\(file)" : String(file)
        #expect(pages[target] != nil || target.hasPrefix("pictures/"), "\(path) leads to \(address)")
      }
      #expect(!page.contains("{{") && !page.contains("}}") && !page.contains("Optional("), "\(path)")
      for name in ["section", "div", "table", "svg", "ul", "p", "details"] {
        let opened = page.matches(of: try Regex("<\(name)[ >]")).count
        #expect(opened == page.components(separatedBy: "</\(name)>").count - 1, "\(path): \(name)")
      }
    }
  }

  @Test func anotherFoldersPagesAreLeftAlone() throws {
    let folder = try ReportFolder()
    try folder.write("<h1>mine</h1>", to: "site/index.html")
    let url = folder.url.appending(component: "site")
    let site = try sampleSite(.sample)
    #expect(throws: RunProblem.self) { try site.write(into: url) }
    #expect(try folder.text("site/index.html") == "<h1>mine</h1>" && !folder.exists("site/style.css"))
    let other = folder.url.appending(component: "other")
    #expect(try site.write(into: other) == site.files().count)
    #expect(try site.write(into: other) > 8, "an older one of ours is written over")
  }

  // MARK: Runs

  @Test func runsUnderWayShowHowFarTheyAre() throws {
    let folder = try ReportFolder()
    var run = SampleRun(arm: "Base + Term", seed: 7)
    run.status = .running
    run.epochs = 5
    run.alarms = [Alarm("features collapsed <here>", epoch: 4)]
    try run.write(under: folder.url)
    let stored = StoredRun.all(under: folder.url)
    // A line that is being written is not read yet.
    let curves = stored[0].folder.curves
    let text = try String(contentsOf: curves, encoding: .utf8)
    try Data((text + "e9c554cdc33d,co2-cif").utf8).write(to: curves)
    let fragment = RunsPage.fragment(at: folder.url)
    for part in [
      "Base + Term, seed 7", "epoch 5 of 20", "width:25%", "interrupted",
      "epoch 4: features collapsed &lt;here&gt;",
      "Loss", "last written",
    ] {
      #expect(fragment.contains(part), "\(part)")
    }
    let pages = try texts(sampleSite(.sample, runs: stored))
    #expect(pages["experiments/sample-cifar10.html"]?.contains("On this machine, and not on record") == true)
    #expect(pages["data/sample-cifar10.js"]?.contains("seed 7, here, interrupted") == true)
    #expect(pages["index.html"] == (try texts(sampleSite(.sample))["index.html"]), "no verdict rests on them")
  }
}
