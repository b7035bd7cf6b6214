/// What this program was built from, written down by the build itself: wherever it is called, and whatever has become of
/// the folder since, this is what computes.
public enum BuiltFrom {
  /// The commit's full name; `nil` where git did not tell.
  public static var commit: String? { Stamp.commit }
  /// The files that differed from it.
  public static var changedFiles: [String] { Stamp.changedFiles }
  /// Git's own words, where it told no commit.
  public static var problem: String? { Stamp.problem }
}
