import Testing

@testable import Records

/// Text laid out for a terminal.
@Suite struct WrappingTests {
  private let sentence = "the quick brown fox jumps over the lazy dog"

  @Test(arguments: [9, 12, 20, 43, 100])
  func wordsStayWholeAndLinesWithinTheWidth(width: Int) {
    let lines = Wrapping.lines(sentence, width: width, indent: 4)
    #expect(lines.allSatisfy { $0.count <= width })
    #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("    ") && !$0.hasPrefix("     ") })
    #expect(lines.joined(separator: " ").split(separator: " ").joined(separator: " ") == sentence)
  }

  @Test func aWordLongerThanTheLineHasItsOwn() {
    #expect(Wrapping.lines("a incomprehensibilities b", width: 10) == ["a", "incomprehensibilities", "b"])
    #expect(Wrapping.lines("", width: 10) == [""])
  }

  @Test func anEntryHasItsLabelOnce() {
    #expect(
      Wrapping.entry("name", "one two three", column: 8, width: 16) == [
        "name    one two", "        three",
      ])
    #expect(Wrapping.entry("longer name", "one", column: 8, width: 30) == ["longer name one"])
  }

  @Test func theLeastImportantPartGoesFirst() {
    let parts = [("title", 0), ("rank 12", 6), ("loss 3", 0), ("knn 40", 2)]
    #expect(Wrapping.fitted(parts, width: 100) == "title  rank 12  loss 3  knn 40")
    #expect(Wrapping.fitted(parts, width: 29) == "title  loss 3  knn 40")
    #expect(Wrapping.fitted(parts, width: 20) == "title  loss 3")
    // What has to be told is told, whatever the width.
    #expect(Wrapping.fitted(parts, width: 3) == "title  loss 3")
    #expect(Wrapping.fitted([("a", 0), ("", 1), ("b", 1)], width: 9) == "a  b")
  }
}

@Suite struct TextTableTests {
  private let table = TextTable(
    header: ["arm", "top-1 (%)", "over Base"],
    rows: [["Base", "70.1", ""], ["Base with a very long name", "70.9", "+0.80 (1 pair)"]],
    alignments: [.leading, .trailing, .trailing])

  @Test func columnsAreAligned() {
    #expect(
      table.lines(width: 100) == [
        "arm                         top-1 (%)       over Base",
        "Base                             70.1",
        "Base with a very long name       70.9  +0.80 (1 pair)",
      ])
  }

  @Test func aNarrowTerminalCutsNamesAndThenColumns() {
    #expect(table.lines(width: 40)[2] == "Base with a …       70.9  +0.80 (1 pair)")
    #expect(
      table.lines(width: 30) == [
        "arm                  top-1 (%)", "Base                      70.1", "Base with a very l…       70.9",
      ])
    for width in 25...60 { #expect(table.lines(width: width).allSatisfy { $0.count <= width }, "\(width)") }
  }
}
