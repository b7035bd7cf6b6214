import TestSupport
import Testing

@testable import Tensors
@testable import Vision

@Suite struct SegmentationTests {
  /// Images whose bytes tell their places.
  private func images(_ count: Int, height: Int, width: Int) -> ImageSet {
    ImageSet(
      height: height, width: width,
      bytes: (0..<3 * count * height * width).map { UInt8(truncatingIfNeeded: $0 * 13 + $0 / 251) },
      labels: [],
      classNames: [])
  }

  @Test(arguments: [(5, 5, 5), (7, 12, 5), (4, 9, 6)])
  func windowsCoverEveryPixel(height: Int, width: Int, side: Int) {
    let images = images(2, height: height, width: width)
    let windows = images.windows(side: side)
    let size = min(side, height, width)
    #expect(windows.height == size && windows.width == size)
    let (down, across) = ((height + size - 1) / size, (width + size - 1) / size)
    #expect(windows.count == 2 * down * across)
    var isCovered = Set<Int>()
    for window in 0..<windows.count {
      let (image, place) = (window / (down * across), window % (down * across))
      let top = down == 1 ? 0 : place / across * (height - size) / (down - 1)
      let left = across == 1 ? 0 : place % across * (width - size) / (across - 1)
      for c in 0..<3 {
        for y in 0..<size {
          for x in 0..<size {
            let source = ((image * 3 + c) * height + top + y) * width + left + x
            #expect(windows.bytes[((window * 3 + c) * size + y) * size + x] == images.bytes[source])
            isCovered.insert(source)
          }
        }
      }
    }
    #expect(isCovered.count == images.bytes.count)
  }

  @Test func masksAreMirroredWithTheirImages() {
    let set = SegmentationSet(
      images: images(2, height: 2, width: 3), masks: [0, 1, 2, 3, 4, 255, 5, 6, 7, 8, 9, 10],
      classNames: (0..<11).map { "\($0)" })
    #expect(set.masks(at: [1, 0]) == [5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4, 255])
    #expect(set.masks(at: [1, 0], flipped: [false, true]) == [5, 6, 7, 8, 9, 10, 2, 1, 0, 255, 4, 3])
    #expect(set.first(1).masks == [0, 1, 2, 3, 4, 255] && set.first(1).images.count == 1)
    #expect(set.first(9).count == 2)
  }

  @Test func everyCellOfAMosaicShowsAnImageOfItsClass() throws {
    let shapes = try DatasetReference.shapes.first(40).load()
    let mosaics = Mosaics(training: 5, test: 3, cells: 3)
    let made = try #require(mosaics.collection(of: shapes))
    #expect(made.training.count == 5 && made.test.count == 3 && made.training.images.width == 96)
    #expect(made.training.classNames == Shapes.classNames && made.identity == shapes.identity)
    for (set, source) in [(made.training, shapes.training), (made.test, shapes.test)] {
      for mosaic in 0..<set.count {
        for cell in 0..<9 {
          let (top, left) = (cell / 3 * 32, cell % 3 * 32)
          let mask = (0..<1_024).map { set.masks[(mosaic * 96 + top + $0 / 32) * 96 + left + $0 % 32] }
          let bytes = (0..<3_072).map {
            set.images.bytes[((mosaic * 3 + $0 / 1_024) * 96 + top + $0 % 1_024 / 32) * 96 + left + $0 % 32]
          }
          #expect(Set(mask).count == 1)
          let isThere = (0..<source.count).contains {
            source.labels[$0] == Int(mask[0])
              && source.bytes[$0 * 3_072..<($0 + 1) * 3_072].elementsEqual(bytes)
          }
          #expect(isThere, "mosaic \(mosaic), cell \(cell)")
        }
      }
    }
  }

  @Test func mosaicsAreAFunctionOfTheirNumber() throws {
    let shapes = try DatasetReference.shapes.first(40).load()
    let few = try #require(Mosaics(training: 2, test: 1).collection(of: shapes))
    let more = try #require(Mosaics(training: 6, test: 2).collection(of: shapes))
    #expect(more.training.first(2).images.bytes == few.training.images.bytes)
    #expect(more.training.first(2).masks == few.training.masks)
    #expect(few.training.images.bytes.count == 2 * 3 * 128 * 128)
    let unlabelled = ImageCollection(
      pretraining: images(1, height: 4, width: 4), training: images(1, height: 4, width: 4),
      test: images(1, height: 4, width: 4), identity: shapes.identity)
    #expect(Mosaics().collection(of: unlabelled) == nil)
  }

  @Test func syntheticImagesHaveMosaicsForFrames() throws {
    let shapes = try DatasetReference.shapes.first(40).load()
    #expect(shapes.segmentation == nil && shapes.frames?.test.count == 32)
    let real = ImageCollection(
      pretraining: shapes.pretraining, training: shapes.training, test: shapes.test,
      identity: DataIdentity(name: "cifar10", kind: "official", digest: ""))
    #expect(real.frames == nil && real.with(shapes.frames).frames != nil)
  }

  // MARK: Geometry

  @Test func centersOfAMirroredViewRunBackwards() {
    let plain = CropGeometry(top: 10, left: 20, height: 8, width: 16)
    var mirrored = plain
    mirrored.isFlipped = true
    #expect(plain.centers(rows: 2, columns: 2) == [[24, 12], [32, 12], [24, 16], [32, 16]])
    #expect(mirrored.centers(rows: 2, columns: 2) == [[32, 12], [24, 12], [32, 16], [24, 16]])
    #expect(plain.binDiagonal(rows: 2, columns: 4) == Float(32).squareRoot())
    for crop in [plain, mirrored] {
      for (place, center) in crop.centers(rows: 3, columns: 5).enumerated() {
        #expect(crop.bin(of: center, rows: 3, columns: 5) == place)
      }
      #expect(crop.bin(of: [19.9, 12], rows: 3, columns: 5) == nil)
      #expect(crop.bin(of: [30, 18], rows: 3, columns: 5) == nil)
    }
  }

  /// The views of the loader: a pixel at the centre that the geometry names is the one that the image has there.
  @Test func geometryAgreesWithTheLoader() {
    let side = 24
    // Red tells the column, green the row.
    var bytes = [UInt8](repeating: 0, count: 3 * side * side)
    for place in 0..<side * side {
      bytes[place] = UInt8(place % side * 10)
      bytes[side * side + place] = UInt8(place / side * 10)
    }
    let images = ImageSet(height: side, width: side, bytes: bytes, labels: [], classNames: [])
    for augmentation in [
      [RandomResizedCrop(to: 8, area: 0.3...0.6), HorizontalFlip()] as Augmentation,
      [HorizontalFlip(), RandomResizedCrop(to: 8, area: 0.3...0.6)],
    ] {
      let loader = ViewLoader(images, augmentations: [augmentation], standardization: .none, seed: 3)
      var flips = Set<Bool>()
      for epoch in 0..<8 {
        let view = loader.batch(indices: [0], epoch: epoch).views[0]
        flips.insert(view.crops[0].isFlipped)
        let values = view.images.floats
        for (place, center) in view.crops[0].centers(rows: 8, columns: 8).enumerated() {
          // Away from edges, where resampling leans inwards.
          guard center.x > 2, center.x < 22, center.y > 2, center.y < 22 else { continue }
          #expect(abs(values[3 * place] * 25.5 + 0.5 - center.x) < 0.6, "column at \(place)")
          #expect(abs(values[3 * place + 1] * 25.5 + 0.5 - center.y) < 0.6, "row at \(place)")
        }
      }
      #expect(flips.count == 2)
    }
  }
}
