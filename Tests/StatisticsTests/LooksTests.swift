import Testing

@testable import Statistics

@Suite struct LooksTests {
  /// Constants by an independent program, to its .002.
  struct Reference: Sendable {
    let looks: [Int]
    let level: Double
    let constants: [Double]
  }

  static let references = [
    Reference(looks: [5, 8, 12, 16], level: 0.95, constants: [4.038, 3.317, 2.783, 2.552]),
    Reference(looks: [5, 8, 12, 16], level: 0.90, constants: [3.254, 2.771, 2.344, 2.139]),
    Reference(looks: [4, 8, 12, 18, 24], level: 0.95, constants: [6.232, 3.555, 3.030, 2.623, 2.447]),
    Reference(looks: [4, 8, 12, 18, 24], level: 0.90, constants: [4.857, 3.020, 2.601, 2.242, 2.072]),
  ]

  @Test(arguments: references) func constants(reference: Reference) {
    let boundary = Boundary(Looks(reference.looks), level: reference.level)
    #expect(boundary.constants.count == reference.looks.count)
    for (ours, theirs) in zip(boundary.constants, reference.constants) {
      #expect(abs(ours - theirs) < 0.002)
    }
  }

  @Test(arguments: [[2, 3, 4], [3, 30], [5, 8, 12, 16], [7]]) func theFirstIsTheQuantileOfT(looks: [Int]) {
    let boundary = Boundary(Looks(looks), level: 0.95)
    let spent = 0.05 * Double(looks[0]) / Double(looks[looks.count - 1])
    let quantile = StudentT(degreesOfFreedom: Double(looks[0] - 1)).quantile(1 - spent / 2)
    #expect(abs(boundary.constants[0] - quantile) < 1e-5 * quantile)
  }

  /// Looks after every pair, looks far apart and a first look of two pairs: the whole recursion against simulation.
  @Test(arguments: [[2, 3], [2, 3, 4, 5, 6], [3, 40], [6, 7], [5, 8, 12, 16]])
  func togetherTheyErrAsOftenAsAllowed(looks: [Int]) {
    let boundary = Boundary(Looks(looks), level: 0.95)
    let exact = Boundary.crossings(boundary.looks, constants: boundary.constants)
    for (place, crossing) in exact.enumerated() {
      let added = place == 0 ? looks[0] : looks[place] - looks[place - 1]
      let due: Double = 0.05 * Double(added) / Double(boundary.looks.last)
      #expect(abs(crossing - due) < 1e-6)
    }
    let trials = 60_000
    let found = Simulation.misses(boundary, trials: trials, seed: 11)
    // Four standard errors of a share of 5 % in 60,000 trials are .36 %.
    #expect(abs(found.ever - 0.05) < 0.0036, "\(looks): \(found.ever)")
    #expect(found.byLot <= found.ever)
  }

  /// Half the cells of the grid change no constant in the fourth decimal.
  @Test func theGridIsFineEnough() {
    var (coarse, fine) = (Survival(count: 5, cells: 256), Survival(count: 5, cells: 1_024))
    for count in 6...16 {
      if count == 9 || count == 13 {
        coarse.stop(beyond: 3)
        fine.stop(beyond: 3)
      }
      coarse.advance()
      fine.advance()
    }
    let difference = coarse.boundary(spending: 0.01) - fine.boundary(spending: 0.01)
    #expect(abs(difference) < 1e-4, "\(difference)")
  }

  @Test func whatPairsReach() {
    #expect(Looks.standard.counts == [5, 8, 12, 16])
    #expect(Looks.standard.reached(by: 4) == 0)
    #expect(Looks.standard.reached(by: 11) == 2)
    #expect(Looks.standard.next(after: 0) == 5)
    #expect(Looks.standard.next(after: 5) == 8)
    #expect(Looks.standard.next(after: 16) == nil)
  }

  /// No pair beyond a gap counts.
  @Test func seedsCountUpToTheFirstGap() {
    #expect(Looks.unbroken([0: "a", 1: "b", 3: "d"]) == ["a", "b"])
    #expect(Looks.unbroken([1: "b"]) == [])
    #expect(Looks.unbroken([7: "h", 8: "i", 0: "a"], from: 7) == ["h", "i"])
  }

  @Test func theLevelSpentAtOneLookIsThePValue() {
    // 2.776445 is the two-sided 5 % point of four degrees of freedom.
    #expect(abs(SequentialP.value([2.776445], at: Looks([5])) - 0.05) < 1e-6)
    #expect(abs(SequentialP.value([-2.776445], at: Looks([5, 10])) - 0.1) < 1e-6)
    #expect(SequentialP.value([], at: .standard) == 1)
    #expect(SequentialP.value([0.1], at: .standard) == 1)
  }

  /// p is the α between boundaries that are crossed and those that are not.
  @Test(
    arguments: [[2.0, 3.4], [1.0, 2.9, 2.5, 2.7], [0.5, 0.1, 6.0], [-2.0, -3.0], [9.0, 1.0]] as [[Double]])
  func pIsTheSmallestLevelThatIsCrossed(statistics: [Double]) {
    let p = SequentialP.value(statistics, at: .standard)
    func isCrossed(_ alpha: Double) -> Bool {
      zip(statistics, Boundary(.standard, level: 1 - alpha).constants).contains { $0.magnitude > $1 }
    }
    #expect(isCrossed(1.02 * p), "\(p)")
    #expect(!isCrossed(0.98 * p), "\(p)")
  }
}
