/// Whose images a data set's are: what to cite, and under which terms they may be used.
public struct DataSource: Sendable, Equatable {
  /// The paper or report that the authors ask to be cited.
  public let citation: String
  /// The terms that the authors state, or that they state none.
  public let licence: String

  private static let none = "none stated by its authors"
  private static let imageNet =
    "ImageNet's terms of access: for research and education, not for commerce; the pictures belong to their makers"

  /// The source of a data set.
  public static func of(_ name: DatasetReference.Name) -> DataSource {
    switch name {
    case .cifar10, .cifar100:
      DataSource(
        citation:
          "Krizhevsky, “Learning Multiple Layers of Features from Tiny Images”, technical report, 2009",
        licence: none)
    case .stl10:
      DataSource(
        citation:
          "Coates, Lee, Ng, “An Analysis of Single-Layer Networks in Unsupervised Feature Learning”, AISTATS 2011",
        licence: "\(none); the images are ImageNet's, whose terms are research and education, not commerce")
    case .camvid:
      DataSource(
        citation:
          "Brostow, Fauqueur, Cipolla, “Semantic Object Classes in Video”, Pattern Recognition Letters 30, 2009; the "
          + "split of Badrinarayanan, Kendall, Cipolla, “SegNet”, arXiv:1511.00561",
        licence: none)
    case .tinyImageNet100, .tinyImageNet200:
      DataSource(
        citation:
          "Le, Yang, “Tiny ImageNet Visual Recognition Challenge”, CS 231N, Stanford, 2015; Deng et al., “ImageNet: A "
          + "Large-Scale Hierarchical Image Database”, CVPR 2009",
        licence: imageNet)
    case .images:
      DataSource(citation: "images of one's own", licence: "whatever their owner grants")
    case .shapes:
      DataSource(citation: "this suite (CITATION.cff)", licence: "Apache-2.0, as the suite itself")
    }
  }
}
