import Synchronization

/// How much arithmetic the engine has done: the unit in which methods are compared at equal compute.
public enum MultiplyAdds {
  private static let done = Atomic<Int>(0)

  /// Multiply-adds of convolutions and matrix products since the process started; taps that fall on padding count, the
  /// evaluations' own products do not.
  public static var total: Int { done.load(ordering: .relaxed) }

  static func add(_ count: Int) { done.add(count, ordering: .relaxed) }
}
