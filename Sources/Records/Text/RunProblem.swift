/// A run that cannot be, found before anything is trained.
public struct RunProblem: Error, Equatable, CustomStringConvertible {
  /// What is wrong and what to do, in one line.
  public let description: String

  /// Creates a problem.
  public init(_ description: String) { self.description = description }
}
