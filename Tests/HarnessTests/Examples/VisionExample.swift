import Testing
import Vision

/// The example of the page about `Vision`.
struct VisionExample {
  @Test func runs() throws {
    let images = try DatasetReference.shapes.first(8).load()
    let view: Augmentation = [RandomResizedCrop(to: 16, area: 0.2...1), HorizontalFlip()]
    let loader = ViewLoader(
      images.pretraining, augmentations: [view, view], standardization: .shapes, seed: 0)
    let batch = loader.batch(indices: [0, 1, 2, 3], epoch: 0)
    print(batch.views.map(\.images.shape))  // [[4 × 16 × 16 × 3], [4 × 16 × 16 × 3]]
    #expect(batch.views.map(\.images.shape) == [[4, 16, 16, 3], [4, 16, 16, 3]])
  }
}
