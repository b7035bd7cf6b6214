import Statistics
import Testing

/// The example of the page about `Statistics`.
struct StatisticsExample {
  @Test func runs() throws {
    let differences = [0.9, 1.4, 0.2, 1.1, 0.8]  // treatment minus baseline, one per seed
    let rule = LookRule(margin: 0.5, leastDeviation: LookRule.leastDeviation(images: 10_000))
    for look in try rule.looks(at: differences) {
      print(look.pairs, look.mean, look.direction, look.size)
    }
    #expect(try rule.looks(at: differences).map(\.pairs) == [5])
  }
}
