import Records

/// A table of a paper beside ours: one line per published condition, then one per measure of our own.
///
/// Every line names its data set. Lines are compared by the direction of their differences, never by level, unless
/// data and recipe are the paper's.
public struct PaperTable: Sendable {
  /// One of our arms, with the names it goes by in the published rows.
  public struct Line: Sendable, ExpressibleByStringLiteral {
    /// Our arm's name.
    public let arm: String
    /// Its names in published tables; those at one place in two arms' lists belong to one comparison.
    public let published: [String]
    /// What its column is called.
    public let title: String

    /// Creates a line; an arm is published, and its column called, by its own name unless told.
    public init(_ arm: String, published: [String]? = nil, title: String? = nil) {
      self.arm = arm
      self.published = published ?? [arm]
      self.title = title ?? arm
    }

    /// An arm published under its own name.
    public init(stringLiteral arm: String) { self.init(arm) }
  }

  /// One of our measures.
  public struct Column: Sendable {
    /// What the table calls it: `linear top-1`.
    public let title: String
    /// What was measured.
    public let measure: Measure
    /// What its numbers are counted in.
    public let unit: String

    /// Creates a column.
    public init(_ title: String, evaluation: String, metric: String = "top1", unit: String = "%") {
      self.title = title
      self.unit = unit
      measure = Measure(evaluation: evaluation, metric: metric)
    }
  }

  /// The table's heading.
  public let title: String
  /// The files of published numbers, relative to the folder `paper-tables`.
  public let published: [String]
  /// The arms compared, the baseline first.
  public let arms: [Line]
  /// What of ours stands beside the published numbers; empty where the suite has no counterpart.
  public let columns: [Column]
  /// What has to be known of our lines besides, in full sentences.
  public let note: String?

  /// Creates a table; traps without an arm.
  public init(_ title: String, published: String..., arms: [Line], columns: [Column], note: String? = nil) {
    self.init(title, publishedIn: published, arms: arms, columns: columns, note: note)
  }

  /// Creates a table beside the numbers of the files `published`; traps without an arm.
  public init(
    _ title: String, publishedIn published: [String], arms: [Line], columns: [Column], note: String? = nil
  ) {
    precondition(!arms.isEmpty, "the table “\(title)” compares nothing")
    self.title = title
    self.published = published
    self.arms = arms
    self.columns = columns
    self.note = note
  }
}
