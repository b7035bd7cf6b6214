import Foundation
import Testing

@testable import Harness

@Suite struct CoreWatchTests {
  private typealias Reading = CoreWatch.Reading

  @Test func workIsEverythingButIdlingAndWaiting() {
    let text = "cpu  100 10 20 5000 300 7 3 60 40 5\ncpu0 1 1 1 1 1 1 1 1 1 1\n"
    #expect(Reading.busyTicks(in: text) == 100 + 10 + 20 + 7 + 3 + 60)
    #expect(Reading.busyTicks(in: "cpu  1 2 3 4\n") == 6)
    #expect(Reading.busyTicks(in: "intr 5\n") == nil)
  }

  @Test func othersAreWhatThisProcessDidNotUse() throws {
    let start = Reading(allSeconds: 100, ownSeconds: 10)
    func others(all: Double, own: Double) -> Double? {
      CoreWatch.others(from: start, to: Reading(allSeconds: 100 + all, ownSeconds: 10 + own), seconds: 10)
    }
    #expect(others(all: 20, own: 5) == 1.5)
    #expect(others(all: 9.9, own: 10) == 0)
    // A clock that stands still tells nothing.
    #expect(others(all: 0, own: 10) == nil)
  }

  /// Real work of this very process is not taken for that of others.
  @Test func ownWorkIsNotTheirs() throws {
    guard let before = Reading() else { return }
    var sum = 0.0
    let began = ContinuousClock.now
    while ContinuousClock.now - began < .milliseconds(300) { sum += Double.random(in: 0...1).squareRoot() }
    let after = try #require(Reading())
    #expect(sum > 0 && after.ownSeconds - before.ownSeconds > 0.02)
    #expect(after.allSeconds >= before.allSeconds)
  }
}
