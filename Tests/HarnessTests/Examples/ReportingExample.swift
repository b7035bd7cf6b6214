import Claims
import Reporting
import Testing

/// The example of the page about `Reporting`.
struct ReportingExample {
  @Test func runs() {
    let paper = Paper(
      "Bootstrap Your Own Latent", authors: "Grill, Strub", venue: "NeurIPS 2020",
      arXiv: "2006.07733", folder: "byol")
    print(Citation.bibTeX(paper))
    #expect(Citation.bibTeX(paper).hasPrefix("@inproceedings{"))
  }
}
