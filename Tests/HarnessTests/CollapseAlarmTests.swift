import Testing

@testable import Harness

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
      told.map { $0 != nil } == [false, false, false, false, false, true, false], "once, after three in a row"
    )
    #expect(told[5]?.contains("instance loss has stayed at its chance level 8.318") == true)
  }

  @Test func featuresThatShrinkAreTold() {
    var alarm = CollapseAlarm(chanceLevels: [:])
    #expect(alarm.hear([row("monitor/std", 0.8, epoch: 0)]) == nil)
    #expect(alarm.hear([row("monitor/std", 0.3, epoch: 1)]) == nil)
    #expect(alarm.hear([row("monitor/std", 0.02, epoch: 2)])?.contains("collapsed") == true)
  }

  @Test func featuresOnALineAreTold() {
    var alarm = CollapseAlarm(chanceLevels: [:])
    #expect(
      alarm.hear([row("monitor/effective-rank", 1.0, epoch: 0)]) == nil, "an untrained network is no alarm")
    #expect(alarm.hear([row("monitor/effective-rank", 1.2, epoch: 1)])?.contains("effective rank") == true)
  }

  @Test func aResumedTrainingRemembersWhatItHeard() {
    var alarm = CollapseAlarm(chanceLevels: [:])
    _ = alarm.hear([row("monitor/std", 0.8, epoch: 0), row("monitor/std", 0.02, epoch: 1)])
    #expect(alarm.hear([row("monitor/std", 0.02, epoch: 2)]) == nil, "told before the interruption")
  }
}
