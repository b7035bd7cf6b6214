/// Pixels to draw on: red, green and blue of each, row by row, white at first.
struct PictureCanvas {
  let height, width: Int
  private(set) var bytes: [UInt8]

  init(height: Int, width: Int) {
    (self.height, self.width) = (height, width)
    bytes = [UInt8](repeating: 255, count: 3 * height * width)
  }

  /// Mixes `color`, of 0...255, into the pixel at `place`, row by row.
  mutating func blend(_ color: SIMD3<Float>, at place: Int, share: Float) {
    for channel in 0..<3 {
      let old = Float(bytes[3 * place + channel])
      let new: Float = old + share * (color[channel] - old)
      bytes[3 * place + channel] = UInt8(new.rounded())
    }
  }

  /// Fills the area of `height` × `width` pixels whose corner is (`x`, `y`); what lies beyond is cut off.
  mutating func fill(_ color: SIMD3<Float>, x: Int, y: Int, height: Int, width: Int) {
    for row in y..<y + height where row >= 0 && row < self.height {
      for column in x..<x + width where column >= 0 && column < self.width {
        blend(color, at: row * self.width + column, share: 1)
      }
    }
  }

  /// Draws the edge, one pixel wide, of that area.
  mutating func frame(_ color: SIMD3<Float>, x: Int, y: Int, height: Int, width: Int) {
    guard height > 0, width > 0 else { return }
    fill(color, x: x, y: y, height: 1, width: width)
    fill(color, x: x, y: y + height - 1, height: 1, width: width)
    fill(color, x: x, y: y, height: height, width: 1)
    fill(color, x: x + width - 1, y: y, height: height, width: 1)
  }

  /// Shows `tile` with its corner at (`x`, `y`), every pixel of it as `zoom` × `zoom`.
  mutating func show(_ tile: PictureSheet.Tile, x: Int, y: Int, zoom: Int) {
    for row in 0..<tile.height {
      for column in 0..<tile.width {
        let start = 3 * (row * tile.width + column)
        let color = SIMD3<Float>(
          Float(tile.bytes[start]), Float(tile.bytes[start + 1]), Float(tile.bytes[start + 2]))
        fill(color, x: x + column * zoom, y: y + row * zoom, height: zoom, width: zoom)
      }
    }
    for edge in tile.frames {
      func pixels(_ value: Float, _ count: Int) -> Int {
        max(0, min(count, Int((value * Float(zoom)).rounded())))
      }
      let (tall, wide) = (tile.height * zoom, tile.width * zoom)
      let (top, bottom) = (pixels(edge.top, tall), pixels(edge.top + edge.height, tall))
      let (left, right) = (pixels(edge.left, wide), pixels(edge.left + edge.width, wide))
      // Two pixels wide.
      for inset in 0..<2 {
        frame(
          edge.color, x: x + left + inset, y: y + top + inset, height: bottom - top - 2 * inset,
          width: right - left - 2 * inset)
      }
    }
  }
}
