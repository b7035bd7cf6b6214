import Foundation
import Statistics

// Simulates what `Documentation/Verdicts.md` promises and prints the page's tables; `Scripts/validate-verdicts` writes them.

let millions = CommandLine.arguments.dropFirst().first.flatMap(Double.init) ?? 4
guard millions > 0, CommandLine.arguments.count <= 2 else {
  FileHandle.standardError.write(
    Data("validate-verdicts: MILLIONS of trials per line is a positive number\n".utf8))
  exit(2)
}
let trials = Int(millions * 1e6)

func percent(_ share: Double, decimals: Int = 2) -> String {
  String(format: "%.\(decimals)f %%", 100 * share)
}
func number(_ value: Double, decimals: Int = 1) -> String { String(format: "%.\(decimals)f", value) }
func line(_ cells: [String]) { print("| " + cells.joined(separator: " | ") + " |") }
func heading(_ titles: [String]) {
  line(titles)
  line(titles.map { _ in "---" })
}
func section(_ title: String, _ text: String) { print("\n## \(title)\n\n\(text)\n") }
func rule(_ looks: Looks, margin: Double) -> LookRule {
  LookRule(looks, margin: margin, leastDeviation: 0.01)
}

let plans = [Looks.standard, Looks([4, 8, 12, 18, 24])]
func name(_ looks: Looks) -> String { looks.counts.map(String.init).joined(separator: ", ") }

print("\(trials) simulated comparisons per line; a share of 2.5 % has a standard error of ", terminator: "")
print(percent((0.025 * 0.975 / Double(trials)).squareRoot(), decimals: 3) + ".")

section(
  "The constants", "By the recursion, and by it the probability of a crossing on each side without an effect."
)
heading(["looks", "interval", "constants", "a side, by the recursion", "either side, simulated"])
for looks in plans {
  for level in [0.95, 0.90] {
    let boundary = Boundary(looks, level: level)
    let exact = Boundary.crossings(looks, constants: boundary.constants).reduce(0, +) / 2
    let simulated = Simulation.misses(boundary, trials: trials, seed: 1).ever
    line([
      name(looks), percent(level, decimals: 0),
      boundary.constants.map { number($0, decimals: 3) }.joined(separator: ", "), percent(exact, decimals: 3),
      percent(simulated),
    ])
  }
}

section("Without an effect", "How often each direction is found where there is none; 2.5 % at most.")
heading(["looks", "margin", "sd", "`reproduced…`", "`opposite…`", "`no difference`", "`undecided`"])
for looks in plans {
  for margin in [0.5, 1] {
    for deviation in [0.3, 0.63, 1, 2] {
      let found = Simulation.outcomes(
        rule(looks, margin: margin), effect: 0, deviation: deviation, trials: trials, seed: 2)
      line([
        name(looks), "\(margin)", "\(deviation)", percent(found.share(where: \.isReproduced)),
        percent(found.share(where: \.isOpposite)), percent(found.share { $0 == .noDifference }),
        percent(found.share { $0 == .undecided }),
      ])
    }
  }
}

section(
  "At the margin",
  "How often a true difference of exactly the margin is said to lie within it; 5 % at most in all.")
heading(["looks", "margin", "sd", "`no difference`", "`…, but smaller`", "together"])
for looks in plans {
  for margin in [0.5, 1] {
    for deviation in [0.1, 0.3, 0.63, 1] {
      let found = Simulation.outcomes(
        rule(looks, margin: margin), effect: margin, deviation: deviation, trials: trials, seed: 3)
      let none = found.share { $0 == .noDifference }
      let all = found.share(where: \.isWithinMargin)
      line([
        name(looks), "\(margin)", "\(deviation)", percent(none), percent(all - none), percent(all),
      ])
    }
  }
}

section(
  "Stopping", "How often the 95 % interval misses the truth at a look chosen by lot, and at any look at all.")
heading(["looks", "chosen by lot", "at any"])
for looks in plans {
  let missed = Simulation.misses(Boundary(looks, level: 0.95), trials: trials, seed: 4)
  line([name(looks), percent(missed.byLot), percent(missed.ever)])
}
let paths = max(1_000, trials / 100)
let missed = Simulation.anytimeMisses(pairs: 1_000, trials: paths, seed: 5)
print(
  "\nThe anytime interval misses the truth at any of 1,000 pairs in \(percent(missed)) of \(paths) sequences."
)

section(
  "Skewed differences",
  "Tails of intervals over differences of skew 1 (a gamma distribution of shape 4, less its mean); 2.5 % each if they were normal."
)
heading(["pairs", "constant", "interval above the truth", "interval below it"])
for (pairs, constant) in zip(plans[0].counts, Boundary(plans[0], level: 0.95).constants) {
  let naive = StudentT(degreesOfFreedom: Double(pairs - 1)).quantile(0.975)
  for (label, constant) in [("t", naive), ("look", constant)] {
    let tails = Simulation.skewedTails(pairs: pairs, constant: constant, trials: trials, seed: 6)
    line([
      "\(pairs)", "\(number(constant, decimals: 3)) (\(label))", percent(tails.above), percent(tails.below),
    ])
  }
}
let skewed = Simulation.outcomes(rule(.standard, margin: 1), trials: trials, seed: 7) {
  ($0.gamma(4) - 4) / 2
}
print(
  "\nOver all looks of the rule (sd 1, margin 1): `reproduced…` \(percent(skewed.share(where: \.isReproduced))), "
    + "`opposite…` \(percent(skewed.share(where: \.isOpposite))).")

section("What it takes", "Expected pairs, and how often the ending named is reached.")
heading([
  "looks", "margin", "sd", "0: `no difference`", "0.5: `reproduced…`", "1: `reproduced…`", "3: `reproduced…`",
])
for looks in plans {
  for margin in [0.5, 1] {
    for deviation in [0.3, 0.63, 1, 2] {
      let cells = [0.0, 0.5, 1, 3].map { effect in
        let found = Simulation.outcomes(
          rule(looks, margin: margin), effect: effect, deviation: deviation, trials: trials, seed: 8)
        let share = found.share { effect == 0 ? $0 == .noDifference : $0.isReproduced }
        return "\(number(found.meanPairs)), \(percent(share, decimals: 0))"
      }
      line([name(looks), "\(margin)", "\(deviation)"] + cells)
    }
  }
}
