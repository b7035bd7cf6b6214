import Tensors
import Testing

@testable import Vision

/// The procedural images: the same bytes everywhere, balanced, quick, and not to be told apart by their pixels.
@Suite struct ShapesTests {
  @Test func bytesAreTheSameEverywhere() {
    #expect(Shapes.identity.digest == "f7bc370bcbdfa3aa6642b04e3a6fde9daea283b84d24fc56cd6290e4086773c9")
    #expect(Shapes.identity.kind == "synthetic" && Shapes.identity.name == "shapes")
  }

  @Test func aPrefixIsThePrefix() {
    let few = Shapes.images(30, seed: 0, stream: "shapes.training")
    #expect(few.bytes == Array(Shapes.standard.training.bytes.prefix(30 * 3_072)))
    #expect(few.bytes != Shapes.images(30, seed: 1, stream: "shapes.training").bytes)
    #expect(few.labels == (0..<30).map { $0 % 10 } && few.classNames.count == 10)
  }

  @Test func imagesAreMadeInAnInstant() {
    let start = ContinuousClock.now
    _ = Shapes.images(6_000, seed: 9, stream: "test")
    #expect(ContinuousClock.now - start < .seconds(6), "6,000 images took \(ContinuousClock.now - start)")
  }

  @Test func standardizationIsTheirs() {
    let measured = Standardization(measuredOn: Shapes.standard.training)
    for channel in 0..<3 {
      #expect(abs(measured.mean[channel] - Standardization.shapes.mean[channel]) < 0.005, "\(measured)")
      #expect(
        abs(measured.deviation[channel] - Standardization.shapes.deviation[channel]) < 0.005, "\(measured)")
    }
  }

  /// The nearest of 1,000 training images in raw pixels says little about the class.
  @Test func pixelsSayLittle() {
    func pixels(_ images: ImageSet, _ count: Int) -> Tensor {
      let loader = ViewLoader(images, standardization: .shapes)
      return loader.images(at: 0..<count).reshaped(to: [count, 3_072]).normalized()
    }
    let (training, test) = (Shapes.standard.training, Shapes.standard.test)
    let similarities = pixels(test, 500).similarities(to: pixels(training, 1_000)).floats
    let hits = (0..<500).count { query in
      let row = similarities[query * 1_000..<(query + 1) * 1_000]
      let nearest = row.indices.max { row[$0] < row[$1] }! - query * 1_000
      return training.labels[nearest] == test.labels[query]
    }
    print("the nearest image in pixels is of the same class for \(hits) of 500 procedural images")
    #expect(hits < 150, "\(hits) of 500")
  }
}
