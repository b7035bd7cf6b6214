import Foundation
import Records

/// What a drawn SVG says of the script and the PNG that belong to it, so that a stale picture is found without comparing
/// what versions of gnuplot make of one script.
struct FigureStamp: Equatable {
  /// SHA-256 of the script that both were drawn by, and of the PNG.
  let script, png: String

  /// The stamp of pictures drawn by `script`.
  init(script: String, png: Data) {
    self.script = sha256(Data(script.utf8))
    self.png = sha256(png)
  }

  /// The stamp in the text of an SVG; `nil` where it has none.
  init?(in svg: String) {
    guard let found = svg.firstMatch(of: /<!-- script ([0-9a-f]{64}), png ([0-9a-f]{64}) -->/) else {
      return nil
    }
    (script, png) = (String(found.1), String(found.2))
  }

  /// The text of `svg` with the stamp at its end.
  func added(to svg: String) -> String { svg + "<!-- script \(script), png \(png) -->\n" }
}
