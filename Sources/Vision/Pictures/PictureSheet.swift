import Tensors

/// Images in rows under a title, with what each column and row shows, a legend of colours, and how to read it.
public struct PictureSheet: Sendable {
  /// An image of a sheet: three bytes per pixel, row by row.
  public struct Tile: Sendable, Equatable {
    /// Pixels per column and row.
    public let height, width: Int
    /// Red, green and blue of each.
    public let bytes: [UInt8]
    /// What is framed in it.
    public var frames: [Frame] = []

    /// The edge of an area, in pixels of the image, in a colour of 0...255; what lies beyond the image is cut off.
    public struct Frame: Sendable, Equatable {
      let top, left, height, width: Float
      let color: SIMD3<Float>

      /// Creates a frame.
      public init(top: Float, left: Float, height: Float, width: Float, color: SIMD3<Float>) {
        (self.top, self.left, self.height, self.width) = (top, left, height, width)
        self.color = color
      }
    }

    /// The images of a tensor of N × H × W × 3 numbers, which are shown within 0...1.
    public static func all(of images: Tensor) -> [Tile] {
      let (height, width) = (images.shape.height, images.shape.width)
      let size = height * width * 3
      return images.withFloats { values in
        (0..<images.shape.batch).map { image in
          Tile(
            height: height, width: width,
            bytes: values[image * size..<(image + 1) * size].map {
              UInt8(max(0, min(255, ($0 * 255).rounded())))
            })
        }
      }
    }
  }

  /// A row of images, and what it shows.
  public struct Row: Sendable {
    /// What stands beside it; empty for nothing.
    public var label: String
    /// The images, from left to right.
    public var tiles: [Tile]

    /// Creates a row.
    public init(_ label: String, _ tiles: [Tile]) { (self.label, self.tiles) = (label, tiles) }

    /// A row of the images of a tensor of N × H × W × 3 numbers.
    public init(_ label: String, _ images: Tensor) { self.init(label, Tile.all(of: images)) }
  }

  /// What it shows, in a few words.
  public var title: String
  /// How to read it, in full sentences; empty for nothing.
  public var note = ""
  /// What stands over each column; empty for nothing.
  public var columns: [String] = []
  /// The rows.
  public var rows: [Row]
  /// Colours, of 0...255, and what each means.
  public var legend: [(color: SIMD3<Float>, name: String)] = []

  /// Creates a sheet; traps without a row.
  public init(_ title: String, rows: [Row]) {
    precondition(!rows.isEmpty, "the sheet “\(title)” shows nothing")
    (self.title, self.rows) = (title, rows)
  }

  // MARK: Drawing

  private static let edge = 12, gap = 6, labelWidth = 130, leastWidth = 420
  /// Small images are enlarged to about so many pixels a side, without smoothing.
  private static let side = 96

  /// The picture called `name`.
  public func picture(_ name: String) -> Picture {
    let tiles = rows.flatMap(\.tiles)
    let (tall, wide) = (tiles.map(\.height).max() ?? 1, tiles.map(\.width).max() ?? 1)
    let zoom = max(1, PictureSheet.side / max(tall, wide))
    let usual = Lettering.usual
    let cell = (height: tall * zoom, width: max(wide * zoom, 40))
    let count = max(rows.map(\.tiles.count).max() ?? 1, columns.count)
    let labels = rows.map { usual.lines($0.label, within: PictureSheet.labelWidth) }
    let labelled = labels.flatMap(\.self).map(usual.width).max().map { $0 + 10 } ?? 0
    let grid = labelled + count * (cell.width + PictureSheet.gap) - PictureSheet.gap
    let width = max(PictureSheet.leastWidth, grid + 2 * PictureSheet.edge)
    let headings = columns.map { usual.lines($0, within: cell.width) }

    var words: [(text: String, x: Int, y: Int, lettering: Lettering)] = []
    var marks: [(color: SIMD3<Float>, x: Int, y: Int)] = []
    var y = PictureSheet.edge
    func write(_ text: String, _ lettering: Lettering) {
      for line in lettering.lines(text, within: width - 2 * PictureSheet.edge) {
        words.append((line, PictureSheet.edge, y, lettering))
        y += lettering.line
      }
    }
    write(title, .heading)
    y += 4
    var x = PictureSheet.edge
    for entry in legend {
      let room = 18 + usual.width(of: entry.name)
      if x > PictureSheet.edge, x + room > width - PictureSheet.edge {
        x = PictureSheet.edge
        y += usual.line
      }
      marks.append((entry.color, x, y))
      words.append((entry.name, x + 18, y, usual))
      x += room + 16
    }
    if !legend.isEmpty { y += usual.line + 6 }
    let deepest = headings.map(\.count).max() ?? 0
    for (column, lines) in headings.enumerated() {
      let left = PictureSheet.edge + labelled + column * (cell.width + PictureSheet.gap)
      for (place, line) in lines.enumerated() {
        words.append((line, left, y + (deepest - lines.count + place) * usual.line, usual))
      }
    }
    y += deepest * usual.line
    let top = y
    var tops: [Int] = []
    for lines in labels {
      tops.append(y)
      for (place, line) in lines.enumerated() {
        words.append((line, PictureSheet.edge, y + 2 + place * usual.line, usual))
      }
      y += max(cell.height, lines.count * usual.line) + PictureSheet.gap
    }
    y = max(y, top) + 4
    var quiet = usual
    quiet.color = [85, 85, 85]
    write(note, quiet)

    var canvas = PictureCanvas(height: y + PictureSheet.edge - 4, width: width)
    for (row, top) in zip(rows, tops) {
      for (column, tile) in row.tiles.enumerated() {
        let left = PictureSheet.edge + labelled + column * (cell.width + PictureSheet.gap)
        canvas.show(tile, x: left, y: top, zoom: zoom)
      }
    }
    for mark in marks {
      canvas.fill(mark.color, x: mark.x, y: mark.y - 1, height: 12, width: 12)
      canvas.frame([119, 119, 119], x: mark.x, y: mark.y - 1, height: 12, width: 12)
    }
    for word in words { word.lettering.draw(word.text, at: word.x + 1, word.y + 1, on: &canvas) }
    return Picture(name, canvas)
  }
}

extension Picture {
  /// What was drawn on `canvas`.
  init(_ name: String, _ canvas: PictureCanvas) {
    self.init(name: name, height: canvas.height, width: canvas.width, bytes: canvas.bytes)
  }
}
