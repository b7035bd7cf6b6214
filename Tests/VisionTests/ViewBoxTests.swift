import TestSupport
import Testing

@testable import Tensors
@testable import Vision

/// Where views lie in their images.
@Suite struct ViewBoxTests {
  @Test func coordinatesRunFromTheFirstPixelToTheLast() {
    let whole = CropGeometry(top: 0, left: 0, height: 21, width: 41)
    #expect(whole.box(imageHeight: 21, imageWidth: 41) == ViewBox(x0: 0, y0: 0, x1: 1, y1: 1))
    let part = CropGeometry(top: 5, left: 10, height: 11, width: 21)
    #expect(part.box(imageHeight: 21, imageWidth: 41) == ViewBox(x0: 0.25, y0: 0.25, x1: 0.75, y1: 0.75))
    let mirrored = CropGeometry(top: 5, left: 10, height: 6, width: 11, isFlipped: true)
    #expect(mirrored.box(imageHeight: 21, imageWidth: 41) == ViewBox(x0: 0.5, y0: 0.25, x1: 0.25, y1: 0.5))
    // One pixel is a point.
    let pixel = CropGeometry(top: 20, left: 40, height: 1, width: 1)
    #expect(pixel.box(imageHeight: 21, imageWidth: 41) == ViewBox(x0: 1, y0: 1, x1: 1, y1: 1))
  }

  /// Images whose red is their x and whose green is their y: a view's colours say where its pixels come from, whichever
  /// order it was cut and mirrored in.
  @Test func boxesSayWherePixelsComeFrom() {
    let (height, width, side) = (48, 64, 12)
    let red = (0..<height * width).map { UInt8(4 * ($0 % width)) }
    let green = (0..<height * width).map { UInt8(5 * ($0 / width)) }
    let bytes = red + green + [UInt8](repeating: 0, count: height * width)
    let images = ImageSet(
      height: height, width: width, bytes: (0..<16).flatMap { _ in bytes }, labels: [], classNames: [])
    let crop = RandomResizedCrop(to: side, area: 0.1...1)
    let loader = ViewLoader(
      images, augmentations: [[crop, HorizontalFlip()], [HorizontalFlip(), crop]], standardization: .none)
    let batch = loader.batch(indices: Array(0..<16), epoch: 3)
    for view in batch.views {
      let colours = view.images.floats
      #expect(Set(view.boxes.map { $0.x0 > $0.x1 }).count == 2)
      for (image, box) in view.boxes.enumerated() {
        // Inside, where no edge is repeated; the ends of a box are centres of pixels, half a pixel within its edges.
        for row in 2..<side - 2 {
          for column in 2..<side - 2 {
            let place = ((image * side + row) * side + column) * 3
            let x = colours[place] * 255 / 4
            let y = colours[place + 1] * 255 / 5
            let across = box.x0 + (Float(column) + 0.5) / Float(side) * (box.x1 - box.x0)
            let down = box.y0 + (Float(row) + 0.5) / Float(side) * (box.y1 - box.y0)
            #expect(abs(across * Float(width - 1) - x) < 0.6, "column \(column) of \(box)")
            #expect(abs(down * Float(height - 1) - y) < 0.6, "row \(row) of \(box)")
          }
        }
      }
    }
  }
}
