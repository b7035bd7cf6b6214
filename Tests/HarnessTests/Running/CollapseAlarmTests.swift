import Testing

@testable import Harness
@testable import Records

@Suite struct CollapseAlarmTests {
  private func row(_ metric: String, _ value: Double, epoch: Int) -> CurveRow {
    let key = RunKey(
      run: "a", experiment: "b", version: 1, scale: .smoke, data: "shapes:synthetic", arm: "c", seed: 0)
    return CurveRow(key: key, epoch: epoch, step: epoch, metric: metric, value: value)
  }

  @Test func aLossThatStaysAtChanceIsTold() {
    var alarm = CollapseAlarm(chanceLevels: ["instance": 8.318])
    let losses = [7.0, 8.32, 8.0, 8.317, 8.318, 8.318, 8.318]
    let told = losses.enumerated().map { alarm.hear([row("loss/instance", $1, epoch: $0 + 1)]) }
    #expect(
      told.map(\.isEmpty) == [true, true, true, true, true, false, true], "once, after three in a row"
    )
    #expect(told[5].first?.text.contains("instance loss has stayed at its chance level 8.318") == true)
  }

  @Test func featuresThatShrinkAreTold() {
    var alarm = CollapseAlarm(chanceLevels: [:])
    #expect(alarm.hear([row("monitor/std", 0.8, epoch: 0)]).isEmpty)
    #expect(alarm.hear([row("monitor/std", 0.3, epoch: 1)]).isEmpty)
    #expect(alarm.hear([row("monitor/std", 0.02, epoch: 2)]).first?.text.contains("collapsed") == true)
  }

  @Test func featuresOnALineAreTold() {
    var alarm = CollapseAlarm(chanceLevels: [:])
    #expect(
      alarm.hear([row("monitor/effective-rank", 1.0, epoch: 0)]).isEmpty, "an untrained network is no alarm")
    #expect(
      alarm.hear([row("monitor/effective-rank", 1.2, epoch: 1)]).first?.text.contains("effective rank")
        == true)
  }

  /// Complains from the third pass on which a number falls below one half.
  private struct Falling: KnowsFailures {
    func failure(after means: [String: [Double]]) -> String? {
      let values = means["in-use", default: []]
      guard values.count > 2, let last = values.last, last < 0.5 else { return nil }
      return "fell to \(last) beside \(means["swap"]?.last ?? -1)"
    }
  }

  @Test func aMethodsOwnSignsAreTold() {
    func rows(_ value: Double, epoch: Int) -> [CurveRow] {
      [row("loss/swap", 3, epoch: epoch), row("observed/in-use", value, epoch: epoch)]
    }
    var alarm = CollapseAlarm(chanceLevels: [:], ownSigns: Falling())
    #expect(alarm.hear([row("monitor/std", 1, epoch: 0)]).isEmpty)
    #expect(alarm.hear(rows(0.1, epoch: 1)).isEmpty)
    #expect(alarm.hear(rows(0.9, epoch: 2)).isEmpty)
    #expect(alarm.hear(rows(0.2, epoch: 3)) == [Alarm("fell to 0.2 beside 3.0", epoch: 3)])
    #expect(alarm.hear(rows(0.1, epoch: 4)).isEmpty, "once")
    // A resumed training hears all earlier passes at once, and knows that it was told.
    var resumed = CollapseAlarm(chanceLevels: [:], ownSigns: Falling())
    let earlier = [0.1, 0.9, 0.2, 0.9].enumerated().flatMap { rows($1, epoch: $0 + 1) }
    #expect(resumed.hear(earlier) == [Alarm("fell to 0.2 beside 3.0", epoch: 3)])
    #expect(resumed.hear(rows(0.1, epoch: 5)).isEmpty)
  }

  @Test func eachKindRingsOnceWithItsEpochAndItsNumber() {
    var alarm = CollapseAlarm(chanceLevels: ["instance": 8])
    let rows = (0...5).flatMap { epoch in
      [row("loss/instance", 8, epoch: epoch), row("monitor/effective-rank", 1.2, epoch: epoch)]
    }
    let told = alarm.hear(rows)
    #expect(told.map(\.epoch) == [1, 2] && told.map(\.value) == [1.2, 8])
  }

  @Test func aResumedTrainingRemembersWhatItHeard() {
    var alarm = CollapseAlarm(chanceLevels: [:])
    _ = alarm.hear([row("monitor/std", 0.8, epoch: 0), row("monitor/std", 0.02, epoch: 1)])
    #expect(alarm.hear([row("monitor/std", 0.02, epoch: 2)]).isEmpty, "told before the interruption")
  }
}
