import Foundation

extension PaperTable {
  /// The published numbers and ours in one table.
  ///
  /// `summary` is `nil` where nothing is recorded; throws what reading the published numbers or pairing throws.
  func render(
    _ summary: Summary?, of experiment: any Experiment, scale: Scale, paperTables: URL
  ) throws -> MarkdownTable {
    let names = arms.map(\.title)
    let differences = names.dropFirst().map { names.count == 2 ? "difference" : "\($0) − \(names[0])" }
    let theirs = try conditions(in: paperTables).map(\.cells)
    let ours = try columns.map { try cells(of: $0, summary, of: experiment, scale: scale) }
    return MarkdownTable(
      header: ["source", "data set", "setting", "measure"] + names + differences, rows: theirs + ours,
      alignments: Array(repeating: .leading, count: 4)
        + Array(repeating: .trailing, count: names.count + differences.count))
  }

  /// What the table may be read for, in one paragraph.
  func remark(scale: Scale, paperTables: URL) throws -> String {
    let published = try conditions(in: paperTables).flatMap(\.differences)
    let agreeing = published.count { $0 > 0 }
    let counted =
      published.isEmpty
      ? "No published comparison is available."
      : "Published differences: \(agreeing) of \(published.count) positive."
    if columns.isEmpty { return counted + " This suite has no counterpart." }
    let counterpart = counted + (note.map { " \($0)" } ?? "")
    if scale == .paper {
      return counterpart + " Lines with other data or other settings are compared by direction only."
    }
    return counterpart
      + " Ours is a smaller network, trained for a shorter time on the data set that its line names: lines are "
      + "compared by the direction of their differences only, and the level of ours says nothing about theirs."
  }

  // MARK: Published lines

  /// One published condition: the numbers of our arms' counterparts under one setting.
  private struct Condition {
    let first: PublishedNumber
    let numbers: [PublishedNumber?]

    var differences: [Double] {
      guard let baseline = numbers[0] else { return [] }
      return numbers.dropFirst().compactMap { $0.map { $0.value - baseline.value } }
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
    of column: Column, _ summary: Summary?, of experiment: any Experiment, scale: Scale
  ) throws -> [String] {
    let title = "\(column.title) (\(column.unit))"
    guard let summary, arms.contains(where: { !summary.rows(of: $0.arm, column.measure).isEmpty }) else {
      let values = arms.map { experiment.emptyCell(of: $0.arm, column.measure) }
      return ["ours", "—", "\(scale.rawValue) scale", title] + values + arms.dropFirst().map { _ in "—" }
    }
    let key = summary.results.scores[0].key
    let values = try arms.map { arm in
      try summary.cell(of: arm.arm, column.measure) ?? experiment.emptyCell(of: arm.arm, column.measure)
    }
    let differences = try arms.dropFirst().map { arm in
      try summary.pairing(arm.arm, over: arms[0].arm, column.measure).cell()
    }
    return ["ours", Typography.dataset(key.data), "\(scale.rawValue) scale, version \(key.version)", title]
      + values + differences
  }
}

extension Summary {
  /// `71.23 ± 0.21 (n = 3)`: mean, standard deviation over seeds and their number; `nil` without rows.
  func cell(of arm: String, _ measure: Measure) throws(NotFinite) -> String? {
    guard let spread = try spread(of: arm, measure) else { return nil }
    let mean = Typography.number(spread.mean)
    guard let deviation = spread.deviation else { return "\(mean) (n = 1)" }
    return "\(mean) ± \(Typography.number(deviation)) (n = \(spread.count))"
  }
}

extension Experiment {
  /// What stands where there is no row: a dash where `measure` is none of the arm's, and else that it is still to come.
  func emptyCell(of arm: String, _ measure: Measure) -> String {
    measures(arm, by: measure.evaluation) ? "no recorded result yet" : "—"
  }
}

extension Pairing {
  /// `+0.52 [−0.10, +1.14] (3 pairs)`: mean difference, 95 % interval and number of pairs.
  func cell() throws(NotFinite) -> String {
    guard let difference = try difference() else { return "no pairs" }
    let mean = Typography.difference(difference.spread.mean)
    let interval = difference.interval().map { " " + Typography.interval($0) } ?? ""
    return "\(mean)\(interval) (\(Typography.count(difference.spread.count, "pair")))"
  }
}
