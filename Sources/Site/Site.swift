import Foundation
import Records

/// The record and the runs as a folder of pages that needs no network.
package struct Site {
  /// What a file of the site holds.
  enum Content {
    case text(String)
    /// The bytes of another file.
    case copy(of: URL)
  }

  let record: SiteRecord
  /// What every page says of the program that wrote it.
  let stamp: String

  /// Creates the site of `record`; `stamp` tells which program wrote it.
  package init(_ record: SiteRecord, stamp: String) { (self.record, self.stamp) = (record, stamp) }

  /// What tells a page of ours from that of somebody else.
  static let mark = #"<meta name="generator" content="repro report">"#

  /// Every file by its path below the site's folder. Throws what reading published numbers throws.
  func files() throws -> [(path: String, content: Content)] {
    var pages = [
      IndexPage(record).page, LeaderboardPage(record).page, ComparePage(record).page, RunsPage(record).page,
    ]
    var files: [(path: String, content: Content)] = [
      ("style.css", .text(Stylesheet.text)), ("tables.js", .text(Script.tables)),
      ("compare.js", .text(Script.compare)), ("live.js", .text(Script.live)),
    ]
    for entry in record.entries {
      let page = ExperimentPage(entry, record)
      pages.append(try page.page())
      files.append((ComparePage.path(of: entry), .text(ComparePage.data(of: entry, record))))
      files += page.pictures.map { ($0.path, .copy(of: $0.file)) }
    }
    return files + pages.map { ($0.path, .text($0.html(stamp: stamp))) }
  }

  /// Writes the site into `folder`, over an older one of ours, and tells how many files it has.
  ///
  /// Throws a `RunProblem` where the folder holds pages of somebody else, and a `StorageError`.
  package func write(into folder: URL) throws -> Int {
    let index = folder.appending(component: "index.html")
    if let old = try? String(contentsOf: index, encoding: .utf8), !old.contains(Self.mark) {
      throw RunProblem(
        "\(index.path) is not a page of `repro report`: name another folder with --output, or remove it")
    }
    let files = try files()
    for (path, content) in files {
      let file = folder.appending(path: path)
      try makeFolder(file.deletingLastPathComponent())
      switch content {
      case .text(let text): try writeAtomically(Data(text.utf8), to: file)
      case .copy(let source): try writeAtomically(Data(contentsOf: source), to: file)
      }
    }
    return files.count
  }
}
