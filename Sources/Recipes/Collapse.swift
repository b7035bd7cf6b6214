/// When features count as having collapsed, onto a point or a line: the same for who looks at them and for who reads the
/// curves.
public enum Collapse {
  /// A hundredth of the deviation that uniform directions have.
  public static let smallestDeviation = 0.01
  /// The effective rank halfway between a line and a plane.
  public static let smallestRank = 1.5
  /// Below which part of its first value the features' deviation is alarming.
  public static let remainingSpread = 0.05
}
