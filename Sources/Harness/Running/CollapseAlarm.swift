import Evaluation
import Foundation
import Pretraining

/// A method that knows signs of failure of its own.
public protocol KnowsFailures {
  /// What the passes so far say is wrong, and what to do, in one sentence; `nil` when nothing.
  ///
  /// - Parameter means: By the name of a term or an observation, its mean over the steps of each pass, first pass first.
  func failure(after means: [String: [Double]]) -> String?
}

/// Watches the curves of a training for features that have become the same for every image, and for what its method
/// knows.
struct CollapseAlarm {
  /// How near to its chance level, as a part of it, a term counts as being there.
  static let tolerance = 0.005
  /// How many epochs in a row it has to be there.
  static let patience = 3

  private let chanceLevels: [String: Double]
  private var epochsAtChance: [String: Int] = [:]
  private var firstSpread: Double?
  private let ownSigns: (any KnowsFailures)?
  /// What `ownSigns` is asked about: means by name, pass after pass.
  private var means: [String: [Double]] = [:]
  private var kindsHeard: Set<String> = []

  init(chanceLevels: [String: Double], ownSigns: (any KnowsFailures)? = nil) {
    self.chanceLevels = chanceLevels
    self.ownSigns = ownSigns
  }

  /// An alarm that knows what `method` knows of its failures in batches of `batchSize` images.
  init(for method: any PretrainingMethod, batchSize: Int) {
    let levels = (method as? any KnowsChance)?.chanceLevels(batchSize: batchSize)
    self.init(chanceLevels: levels ?? [:], ownSigns: method as? any KnowsFailures)
  }

  /// Looks at the rows of one epoch or more, in order; returns what rings, each kind once per training.
  ///
  /// What rings depends on the rows alone: a training that is resumed and hears its earlier rows again finds the same.
  mutating func hear(_ rows: [CurveRow]) -> [Alarm] {
    var alarms: [Alarm] = []
    for (index, row) in rows.enumerated() {
      if let alarm = hear(row) { alarms.append(alarm) }
      remember(row)
      let isLastOfEpoch = index + 1 == rows.count || rows[index + 1].epoch != row.epoch
      if isLastOfEpoch, let text = ownSigns?.failure(after: means) {
        alarms.append(Alarm(text, epoch: row.epoch))
      }
    }
    return alarms.filter { kindsHeard.insert($0.kind).inserted }
  }

  private mutating func remember(_ row: CurveRow) {
    for prefix in ["loss/", "observed/"] where row.metric.hasPrefix(prefix) {
      means[String(row.metric.dropFirst(prefix.count)), default: []].append(row.value)
    }
  }

  private mutating func hear(_ row: CurveRow) -> Alarm? {
    if row.metric == MonitorMetric.spread { return hearSpread(row.value, epoch: row.epoch) }
    if row.metric == MonitorMetric.rank { return hearRank(row.value, epoch: row.epoch) }
    for (term, level) in chanceLevels where row.metric == "loss/\(term)" {
      let isAtChance = abs(row.value - level) <= Self.tolerance * level
      epochsAtChance[term] = isAtChance ? epochsAtChance[term, default: 0] + 1 : 0
      if epochsAtChance[term] == Self.patience {
        return Alarm(
          "the \(term) loss has stayed at its chance level \(level.rounded(to: 3)) for \(Self.patience) epochs: "
            + "the features may have collapsed, or the learning rate is far off",
          epoch: row.epoch, value: row.value)
      }
    }
    return nil
  }

  private mutating func hearSpread(_ value: Double, epoch: Int) -> Alarm? {
    let first = firstSpread ?? value
    firstSpread = first
    guard epoch > 0, value < max(Collapse.smallestDeviation, Collapse.remainingSpread * first) else {
      return nil
    }
    return Alarm(
      "the features' standard deviation fell from \(first.rounded(to: 4)) to \(value.rounded(to: 4)) "
        + "by epoch \(epoch): the features have collapsed", epoch: epoch, value: value)
  }

  private func hearRank(_ value: Double, epoch: Int) -> Alarm? {
    guard epoch > 0, value < Collapse.smallestRank else { return nil }
    return Alarm(
      "the features' effective rank is \(value.rounded(to: 2)) at epoch \(epoch): they lie on a line or a point",
      epoch: epoch, value: value)
  }
}
