import Foundation
import Recipes
import Records

/// A record as its files hold it, with whatever in them cannot be read.
struct RecordedFiles {
  /// A run's manifest and the file it was read from.
  struct Described {
    let path: String
    let manifest: RunManifest
  }

  let root: URL
  /// Relative to the root: `Results/co2-cifar10/reduced`, and for gates `…/gates`.
  let path: String
  private(set) var scores: [NumberedRow<ScoreRow>] = []
  private(set) var curves: [NumberedRow<CurveRow>] = []
  private(set) var acknowledgements: [NumberedRow<Acknowledgement>] = []
  /// The manifests by the run that their file is named for.
  private(set) var manifests: [String: Described] = [:]
  /// What could not be read, or is not written as the recorder writes.
  private(set) var discrepancies: [Discrepancy] = []
  /// The files among those that could not be read at all.
  private(set) var unreadable: Set<String> = []

  var scoresPath: String { "\(path)/scores.csv" }
  var curvesPath: String { "\(path)/curves.csv" }
  var acknowledgementsPath: String { "\(path)/acknowledgements.csv" }
  func answersPath(_ run: String) -> String { "\(path)/answers/\(run).csv" }
  func manifestPath(_ run: String) -> String { "\(path)/runs/\(run).json" }

  init(experiment: String, scale: Scale, part: RecordPart = .main, root: URL) {
    self.root = root
    path = "Results/\(experiment)/\(scale.rawValue)" + (part.folder.map { "/\($0)" } ?? "")
    scores = rows(in: scoresPath)
    curves = rows(in: curvesPath)
    acknowledgements = rows(in: acknowledgementsPath)
    let files = (try? FileManager.default.contentsOfDirectory(atPath: url("\(path)/runs").path)) ?? []
    for file in files.sorted() {
      let place = "\(path)/runs/\(file)"
      do {
        let manifest = try RunManifest(contentsOf: url(place))
        manifests[String(file.prefix { $0 != "." })] = Described(path: place, manifest: manifest)
        reportForeignMembers(of: try Data(contentsOf: url(place)), manifest, in: place)
      } catch {
        reportUnreadable(place, error)
      }
    }
  }

  /// The manifests that could be read, by run.
  var sortedManifests: [RunManifest] { manifests.values.map(\.manifest).sorted { $0.run < $1.run } }

  /// Whether both tables could be read, so that rows can be compared with manifests.
  var hasReadableRows: Bool {
    unreadable.isDisjoint(with: [scoresPath, curvesPath])
  }

  /// Whether there is nothing to check.
  var isEmpty: Bool { scores.isEmpty && curves.isEmpty && manifests.isEmpty && discrepancies.isEmpty }

  private func url(_ path: String) -> URL { root.appending(path: path) }

  private mutating func rows<Row: CSVRow>(in path: String) -> [NumberedRow<Row>] {
    guard FileManager.default.fileExists(atPath: url(path).path) else { return [] }
    do {
      let text = try String(contentsOf: url(path), encoding: .utf8)
      let rows = try Row.numbered(in: text, file: url(path).path)
      reportForm(of: text, Row.table(of: rows.map(\.row)), in: path)
      return rows
    } catch {
      reportUnreadable(path, error)
      return []
    }
  }

  private mutating func reportUnreadable(_ path: String, _ error: any Error) {
    unreadable.insert(path)
    discrepancies.append(Discrepancy(path, error, root: root))
  }

  /// What a run's file holds beyond what a run writes, which reading it passes over.
  private mutating func reportForeignMembers(of text: Data, _ manifest: RunManifest, in path: String) {
    guard let found = try? JSONDecoder().decode(JSONValue.self, from: text) else { return }
    let known = Set(JSONValue(encoding: manifest).leaves.map(\.path))
    for (member, value) in found.leaves where !known.contains(member) {
      discrepancies.append(
        Discrepancy(
          path, "holds \(member) = \(value), which no run writes: it was edited, or is of another schema"))
    }
  }

  /// Equal numbers can be written in many ways, and the digest of a run's rows sees only one of them.
  private mutating func reportForm(of text: String, _ written: String, in path: String) {
    let pairs = zip(text.split(separator: "\n"), written.split(separator: "\n")).enumerated()
    if let (index, (found, expected)) = pairs.first(where: { $0.element.0 != $0.element.1 }) {
      discrepancies.append(
        Discrepancy(path, line: index + 1, "found “\(found)”, which the recorder writes as “\(expected)”"))
    } else if text != written {
      discrepancies.append(Discrepancy(path, "holds empty lines or lacks its last line feed"))
    }
  }
}
