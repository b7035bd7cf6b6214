import Testing

@testable import Harness

/// Processors shared out among processes.
@Suite struct CoreSharesTests {
  /// A machine whose processors `n` and `n + cores` are parts of one core, as most number them.
  private func machine(cores: Int) -> [CoreShares.Processor] {
    (0..<2 * cores).map { CoreShares.Processor(number: $0, package: 0, core: $0 % cores) }
  }

  @Test func everyProcessorHasOneOwnerAndCoresAreNotTornApart() throws {
    for cores in 1...9 {
      for count in 1...2 * cores {
        let shares = try CoreShares(machine(cores: cores), count: count).shares
        #expect(shares.count == count && shares.flatMap(\.self).sorted() == Array(0..<2 * cores))
        let sizes = shares.map(\.count)
        #expect(sizes.max()! - sizes.min()! <= 1)
        if cores.isMultiple(of: count) {
          let owners = shares.map { Set($0.map { $0 % cores }) }
          #expect(owners.map(\.count).reduce(0, +) == cores, "\(cores) cores, \(count) shares: \(shares)")
        }
      }
    }
    #expect(try CoreShares(machine(cores: 4), count: 2).shares == [[0, 1, 4, 5], [2, 3, 6, 7]])
  }

  @Test func moreProcessesThanProcessorsAreRefused() {
    let text = errorText { _ = try CoreShares(machine(cores: 1), count: 3) }
    #expect(text.contains("3 processes") && text.contains("bound to 2"), "\(text)")
  }

  @Test func theSystemsListIsRead() throws {
    #expect(
      CoreShares.numbers(status: "Name:\tx\nCpus_allowed:\tf0f\nCpus_allowed_list:\t0-3,8-11\n") == [
        0, 1, 2, 3, 8, 9, 10, 11,
      ])
    #expect(CoreShares.numbers(status: "Cpus_allowed_list:\t5\n") == [5])
    #expect(CoreShares.numbers(status: "Name:\tx\n") == [])
    #expect(try CoreShares(count: 1).shares.count == 1)
  }
}
