import Testing

@testable import Commands
@testable import repro

/// Commands under test know of what the program's own know of.
struct KnowingEveryExperiment: SuiteTrait, TestTrait, TestScoping {
  let isRecursive = true

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await Known.$timedMethods.withValue(timedMethods) {
      try await Known.$catalogue.withValue(allExperiments) { try await function() }
    }
  }
}

extension Trait where Self == KnowingEveryExperiment {
  static var knowingEveryExperiment: Self { Self() }
}
