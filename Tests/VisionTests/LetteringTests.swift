import Testing

@testable import Tensors
@testable import Vision

/// Words in pictures.
@Suite struct LetteringTests {
  /// How dark every pixel is, 0 for white.
  private func darkness(_ text: String, _ lettering: Lettering = .usual) -> [Int] {
    var canvas = PictureCanvas(height: 24, width: max(24, lettering.width(of: text) + 4))
    lettering.draw(text, at: 1, 4, on: &canvas)
    return stride(from: 0, to: canvas.bytes.count, by: 3).map { 255 - Int(canvas.bytes[$0]) }
  }

  @Test func everySignIsALetterWithinItsPlace() {
    for (sign, _) in Lettering.signs {
      let glyph = Lettering.glyph(of: sign)
      #expect(!glyph.strokes.isEmpty && glyph.strokes.allSatisfy { !$0.isEmpty }, "\(sign)")
      for point in glyph.strokes.flatMap(\.self) {
        #expect((0...Float(glyph.width)).contains(point.x) && (0...12).contains(point.y), "\(sign): \(point)")
      }
      #expect(darkness(String(sign)).contains { $0 > 60 }, "\(sign) is not drawn")
    }
  }

  @Test func everyLetterAndDigitIsThereAndLooksLikeNoOther() {
    let signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:;-+/%()°−".map { $0 }
    for sign in signs { #expect(Lettering.signs[sign] != nil, "\(sign) is missing") }
    var seen: [[Int]: Character] = [:]
    for sign in signs {
      // A capital I is a small l, as in many a font.
      let other = seen.updateValue(sign, forKey: darkness("\(sign)n"))
      #expect(other == nil || Set([other, sign]) == ["I", "l"], "\(sign) and \(String(describing: other))")
    }
  }

  @Test func accentsAreLeftOutAndUnknownSignsAreBoxes() {
    #expect(darkness("é") == darkness("e") && darkness("Ü") == darkness("U"))
    #expect(darkness("日") == darkness("本") && darkness("日") != darkness("n"))
  }

  @Test func wordsTakeTheRoomThatIsSaid() {
    let (text, lettering) = ("large crop 1, 90°", Lettering.heading)
    let width = lettering.width(of: text)
    var canvas = PictureCanvas(height: 24, width: width + 40)
    lettering.draw(text, at: 1, 4, on: &canvas)
    let columns = (0..<canvas.width).filter { x in
      (0..<24).contains { canvas.bytes[($0 * canvas.width + x) * 3] < 200 }
    }
    #expect(columns.last! <= width + 1 && columns.last! > width - 8)
    // Beyond the picture nothing is drawn, and nothing fails.
    lettering.draw(text, at: canvas.width - 3, 20, on: &canvas)
    lettering.draw(text, at: -30, -8, on: &canvas)
  }

  @Test func linesAreBrokenBetweenWordsOrWithinOne() {
    let lines = Lettering.usual.lines("a name of several words and oneverylongword", within: 60)
    #expect(lines.count > 3 && lines.allSatisfy { Lettering.usual.width(of: $0) <= 60 })
    #expect(lines.joined().filter { $0 != " " } == "anameofseveralwordsandoneverylongword")
    #expect(Lettering.usual.lines("", within: 60).isEmpty)
  }
}

/// Images with titles, labels and a legend.
@Suite struct PictureSheetTests {
  /// A tile of a colour that no word has.
  private func tile(_ height: Int, _ width: Int, _ color: [UInt8]) -> PictureSheet.Tile {
    let values = (0..<height * width).flatMap { _ in color.map { Float($0) / 255 } }
    return PictureSheet.Tile.all(of: Tensor(values, shape: [1, height, width, 3]))[0]
  }

  private let orange: [UInt8] = [200, 100, 0]
  private let blue: [UInt8] = [0, 100, 200]

  /// The boxes of pixels of a colour.
  private func places(_ color: [UInt8], in picture: Picture) -> (
    rows: Set<Int>, columns: Set<Int>, count: Int
  ) {
    var (rows, columns, count) = (Set<Int>(), Set<Int>(), 0)
    for place in 0..<picture.height * picture.width
    where Array(picture.bytes[place * 3..<place * 3 + 3]) == color {
      rows.insert(place / picture.width)
      columns.insert(place % picture.width)
      count += 1
    }
    return (rows, columns, count)
  }

  @Test func tilesAreEnlargedAllAlikeAndSmallOnesStaySmaller() {
    let sheet = PictureSheet("Title", rows: [.init("row", [tile(32, 32, orange), tile(16, 16, blue)])])
    let picture = sheet.picture("sheet")
    let (large, small) = (places(orange, in: picture), places(blue, in: picture))
    #expect(large.rows.count == 96 && large.columns.count == 96 && large.count == 96 * 96)
    #expect(small.rows.count == 48 && small.count == 48 * 48)
    #expect(picture.name == "sheet" && picture.bytes.count == 3 * picture.height * picture.width)
  }

  @Test func wordsAreDrawnBesideTheImagesNeverUponThem() {
    let rows = (0..<3).map {
      PictureSheet.Row("a label of several long words, row \($0)", [tile(32, 32, orange)])
    }
    var sheet = PictureSheet(
      "A title that is rather long and therefore broken into several lines", rows: rows)
    sheet.columns = ["a heading that is wider than its column"]
    sheet.legend = (0..<12).map { ([200, 0, 0], "class number \($0)") }
    sheet.note = "How to read it, in a sentence that does not fit one line of the picture by any means."
    let picture = sheet.picture("sheet")
    // Every pixel of the three images is as it was.
    #expect(places(orange, in: picture).count == 3 * 96 * 96)
    // Every mark of the legend is there: twelve by twelve less the frame.
    #expect(places([200, 0, 0], in: picture).count == 12 * 100)
    let plain = PictureSheet("A title", rows: rows).picture("plain")
    #expect(picture.height > plain.height + 5 * 17)
  }

  @Test func framesLieWhereTheyWereAskedForAndWithinTheirImage() {
    var framed = tile(32, 32, orange)
    framed.frames = [
      .init(top: 8, left: 4, height: 16, width: 8, color: [200, 0, 0]),
      .init(top: -9, left: 20, height: 60, width: 40, color: [0, 200, 0]),
    ]
    let picture = PictureSheet("Title", rows: [.init("", [framed])]).picture("sheet")
    let (whole, red) = (places(orange, in: picture), places([200, 0, 0], in: picture))
    let green = places([0, 200, 0], in: picture)
    #expect(red.rows.count == 48 && red.columns.count == 24 && red.count == 2 * 2 * (48 + 24) - 16)
    #expect(red.rows.min()! == whole.rows.min()! + 24)
    #expect(green.rows.count == 96 && green.columns.count == 36)
  }
}
