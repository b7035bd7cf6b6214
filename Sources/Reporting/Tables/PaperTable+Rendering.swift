import Claims
import Foundation
import Recipes
import Records

extension PaperTable {
  /// The published numbers and ours in one table.
  ///
  /// `summary` is `nil` where nothing is recorded; throws what reading the published numbers or pairing throws.
  package func render(
    _ summary: Summary?, of experiment: Declaration, paperTables: URL
  ) throws -> MarkdownTable {
    let names = arms.map(\.title)
    let differences = names.dropFirst().map { names.count == 2 ? "difference" : "\($0) − \(names[0])" }
    let theirs = try conditions(in: paperTables).map(\.cells)
    let ours = try columns.map { try cells(of: $0, summary, of: experiment) }
    return MarkdownTable(
      header: ["source", "data set", "setting", "measure"] + names + differences, rows: theirs + ours,
      alignments: Array(repeating: .leading, count: 4)
        + Array(repeating: .trailing, count: names.count + differences.count))
  }

  /// What the table may be read for, in one paragraph.
  ///
  /// Published differences are counted for what `claims` compare alone, treatment minus baseline: of other lines, such as
  /// a network trained with labels, a positive difference agrees with nobody.
  package func remark(on claims: [Claim], scale: Scale, paperTables: URL) throws -> String {
    var parts = [try counted(claims, paperTables), note].compactMap(\.self)
    if columns.isEmpty {
      parts.append("This suite has no counterpart.")
    } else if scale == .paper {
      parts.append("Lines with other data or other settings are compared by direction only.")
    } else {
      parts.append(
        "Ours is a smaller network, trained for a shorter time on the data set that its line names: lines are "
          + "compared by the direction of their differences only, and the level of ours says nothing about theirs."
      )
    }
    return parts.joined(separator: " ")
  }

  /// How many of the published differences have the direction claimed; `nil` where the table holds no claimed comparison.
  private func counted(_ claims: [Claim], _ paperTables: URL) throws -> String? {
    let names = arms.map(\.arm)
    let pairs = unique(
      claims.flatMap(\.comparisons).filter { $0.arms.count == 2 }.map { [$0.treatment, $0.baseline] }
    )
    .map { $0.map { names.firstIndex(of: $0) } }
    .compactMap { places in places[0].flatMap { treatment in places[1].map { (treatment, $0) } } }
    if pairs.isEmpty { return nil }
    let published = try conditions(in: paperTables).flatMap { condition in
      pairs.compactMap { condition.difference($0.0, over: $0.1) }
    }
    if published.isEmpty { return "No published comparison is available." }
    return
      "Published differences, treatment minus baseline: \(published.count { $0 > 0 }) of \(published.count) positive."
  }

  // MARK: Published lines

  /// One published condition: the numbers of our arms' counterparts under one setting.
  private struct Condition {
    let first: PublishedNumber
    let numbers: [PublishedNumber?]

    func difference(_ treatment: Int, over baseline: Int) -> Double? {
      guard let better = numbers[treatment], let base = numbers[baseline] else { return nil }
      return better.value - base.value
    }

    var cells: [String] {
      let values = numbers.map { number in
        number.map { "\($0.text)\($0.unit == "%" ? "" : " " + $0.unit)" } ?? "—"
      }
      let deltas = numbers.dropFirst().map { number -> String in
        guard let baseline = numbers[0], let number else { return "—" }
        let decimals = max(baseline.decimals, number.decimals)
        return Typography.difference(number.value - baseline.value, decimals: decimals)
      }
      let names = unique(numbers.compactMap { $0?.row })
      let setting = "\(names[0]); \(first.setting)"
      return [first.source, first.dataset, setting, "\(first.metric) (\(first.unit))"] + values + deltas
    }
  }

  private func conditions(in paperTables: URL) throws -> [Condition] {
    struct Key: Hashable {
      let table, dataset, setting, metric: String
      let place: Int
    }
    var order: [Key] = []
    var numbers: [Key: [PublishedNumber?]] = [:]
    for file in published {
      for number in try PublishedNumber.read(from: paperTables.appending(path: file)) {
        for (index, line) in arms.enumerated() {
          guard let place = line.published.firstIndex(of: number.row) else { continue }
          let key = Key(
            table: number.table, dataset: number.dataset, setting: number.setting, metric: number.metric,
            place: place)
          if numbers[key] == nil { order.append(key) }
          numbers[key, default: Array(repeating: nil, count: arms.count)][index] = number
        }
      }
    }
    return order.compactMap { key in
      guard let found = numbers[key], let first = found.compactMap(\.self).first else { return nil }
      return Condition(first: first, numbers: found)
    }
  }

  // MARK: Our lines

  private func cells(
    of column: Column, _ summary: Summary?, of experiment: Declaration
  ) throws -> [String] {
    let title = "\(column.title) (\(column.unit))"
    guard let summary, arms.contains(where: { !summary.rows(of: $0.arm, column.measure).isEmpty }) else {
      let values = arms.map { experiment.emptyCell(of: $0.arm, column.measure) }
      return ["ours", "—", "\(experiment.scale.rawValue) scale", title] + values
        + arms.dropFirst().map { _ in "—" }
    }
    let key = summary.results.scores[0].key
    let values = try arms.map { arm in
      try summary.cell(of: arm.arm, column.measure) ?? experiment.emptyCell(of: arm.arm, column.measure)
    }
    let differences = try arms.dropFirst().map { arm in
      try summary.pairing(arm.arm, over: arms[0].arm, column.measure).cell()
    }
    return [
      "ours", Typography.dataset(key.data), "\(experiment.scale.rawValue) scale, version \(key.version)",
      title,
    ]
      + values + differences
  }
}
