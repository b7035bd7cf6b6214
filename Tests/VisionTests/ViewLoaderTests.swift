import Glibc
import Synchronization
import Tensors
import Testing

@testable import Vision

/// Batches of views: functions of seed, epoch, image and view, whatever the threads.
@Suite struct ViewLoaderTests {
  static let moco: Augmentation = [
    RandomResizedCrop(to: 32, area: 0.2...1),
    ColorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, probability: 0.8),
    Grayscale(probability: 0.2), HorizontalFlip(),
  ]
  static let rich: Augmentation = [
    HorizontalFlip(), RandomCrop(padding: 4), ColorJitter(brightness: 0.2, hue: 0.5),
    GaussianBlur(probability: 0.5, kernel: 5), Grayscale(probability: 0.5),
  ]

  let images = Shapes.images(64, seed: 4, stream: "test")

  func loader(seed: UInt64 = 1, _ dataType: DataType = .float32) -> ViewLoader {
    ViewLoader(
      images, augmentations: [ViewLoaderTests.moco, ViewLoaderTests.rich], standardization: .cifar10,
      seed: seed,
      dataType: dataType)
  }

  /// The view of one image in a batch.
  func view(_ batch: Batch, _ view: Int, _ place: Int) -> [Float] {
    Array(batch.views[view].images.floats[place * 3_072..<(place + 1) * 3_072])
  }

  /// One thread, the whole pool, and batches of one image each draw the same views.
  @Test func theNumberOfThreadsChangesNothing() {
    let indices = Array(0..<37)
    let pooled = loader().batch(indices: indices, epoch: 2)
    let alone = Mutex<Batch?>(nil)
    // Inside a body of the pool, further work runs on the calling thread alone.
    WorkerPool.run { worker, _ in
      if worker == 0 { alone.withLock { $0 = loader().batch(indices: indices, epoch: 2) } }
    }
    let single = alone.withLock { $0! }
    for number in 0..<2 {
      #expect(single.views[number].images.floats == pooled.views[number].images.floats)
      #expect(single.views[number].crops == pooled.views[number].crops)
      for index in indices {
        let one = loader().batch(indices: [index], epoch: 2)
        #expect(view(one, number, 0) == view(pooled, number, index))
      }
    }
  }

  @Test func aBatchMayShareItsDraws() {
    let shared = Augmentation(ViewLoaderTests.moco.steps, isSharedByBatch: true)
    let loader = ViewLoader(images, augmentations: [shared, shared], standardization: .none, seed: 1)
    let batch = loader.batch(indices: [5, 9, 60], epoch: 1)
    for view in batch.views { #expect(view.crops.allSatisfy { $0 == view.crops[0] }) }
    #expect(batch.views[0].crops[0] != batch.views[1].crops[0], "views of one batch draw apart")
    let others = loader.batch(indices: [9, 5, 60], epoch: 1)
    #expect(batch.views[0].crops[0] != others.views[0].crops[0], "the draws are the first image's")
    let alone = self.loader().batch(indices: [5], epoch: 1)
    #expect(alone.views[0].crops[0] == batch.views[0].crops[0])
  }

  @Test func aViewDependsOnItsImageAndNotOnItsPlace() {
    let (forwards, backwards) = (
      loader().batch(indices: [5, 9, 60], epoch: 1), loader().batch(indices: [60, 9, 5], epoch: 1)
    )
    for number in 0..<2 {
      #expect(view(forwards, number, 0) == view(backwards, number, 2))
      #expect(forwards.views[number].crops == backwards.views[number].crops.reversed())
    }
    #expect(backwards.indices == [60, 9, 5])
  }

  @Test func seedEpochAndViewEachChangeViews() {
    let batch = loader().batch(indices: [5], epoch: 1)
    #expect(view(batch, 0, 0) != view(loader().batch(indices: [5], epoch: 2), 0, 0))
    #expect(view(batch, 0, 0) != view(loader(seed: 2).batch(indices: [5], epoch: 1), 0, 0))
    let twins = ViewLoader(
      images, augmentations: [ViewLoaderTests.moco, ViewLoaderTests.moco], standardization: .cifar10, seed: 1)
    let twin = twins.batch(indices: [5], epoch: 1)
    #expect(view(twin, 0, 0) == view(batch, 0, 0) && view(twin, 1, 0) != view(twin, 0, 0))
  }

  @Test func imagesAsTheyAreAreStandardizedAndInterleaved() {
    let tensor = loader().images(at: [3, 1])
    #expect(tensor.shape == [2, 32, 32, 3])
    let values = tensor.floats
    for (place, index) in [3, 1].enumerated() {
      for pixel in 0..<1_024 {
        for channel in 0..<3 {
          let byte = Float(images.bytes[(index * 3 + channel) * 1_024 + pixel])
          let expected =
            (byte / 255 - Standardization.cifar10.mean[channel]) / Standardization.cifar10.deviation[channel]
          #expect(abs(values[(place * 1_024 + pixel) * 3 + channel] - expected) < 1e-5)
        }
      }
    }
    #expect(loader().images(at: 0..<3).floats.suffix(3_072) == loader().images(at: [2]).floats[...])
    #expect(loader().images(at: []).count == 0)
  }

  @Test func bfloat16IsTheRoundedFloat32() {
    let (exact, rounded) = (
      loader().batch(indices: [1, 2, 3], epoch: 0), loader(.bfloat16).batch(indices: [1, 2, 3], epoch: 0)
    )
    #expect(rounded.views[0].images.dataType == .bfloat16 && rounded.views[0].images.shape == [3, 32, 32, 3])
    for number in 0..<2 {
      for (a, b) in zip(exact.views[number].images.floats, rounded.views[number].images.floats) {
        #expect(abs(a - b) <= abs(a) / 256)
      }
    }
  }

  @Test func viewsMayHaveAnotherSizeThanTheirImages() {
    let small = ViewLoader(
      images, augmentations: [[RandomResizedCrop(to: 20)], [RandomResizedCrop(to: 48)]],
      standardization: .none)
    let batch = small.batch(indices: [0, 1], epoch: 0)
    #expect(batch.views.map(\.images.shape) == [[2, 20, 20, 3], [2, 48, 48, 3]])
    for view in batch.views {
      #expect(view.images.floats.min()! >= 0)
      #expect(view.images.floats.max()! <= 1 + 0x1p-22)  // weights that sum to 1 do so up to a rounding
    }
  }

  @Test func cropsSayWhereTheViewWasCut() {
    let plain = ViewLoader(
      images, augmentations: [[RandomResizedCrop(to: 32, area: 0.2...1), HorizontalFlip()]],
      standardization: .none)
    let batch = plain.batch(indices: Array(0..<20), epoch: 0)
    let memory = SampleMemory(height: 32, width: 32, viewHeight: 32, viewWidth: 32)
    for (place, crop) in batch.views[0].crops.enumerated() {
      images.bytes.withUnsafeBufferPointer { bytes in
        var sample = Sample(bytes: bytes.baseAddress! + place * 3_072, height: 32, width: 32, memory: memory)
        sample.crop(
          top: Int(crop.top), left: Int(crop.left), boxHeight: Int(crop.height), boxWidth: Int(crop.width),
          toHeight: 32, width: 32)
        if crop.isFlipped { sample.flip() }
        let planes = sample.finished()
        let expected = (0..<3_072).map { planes[$0 % 3 * 1_024 + $0 / 3] }
        #expect(view(batch, 0, place) == expected)
      }
    }
    #expect(Set(batch.views[0].crops.map(\.isFlipped)).count == 2)
  }

  /// A MoCo view in under 60 µs of one core: processor time of one thread, the best of several batches.
  @Test func aViewTakesMicroseconds() {
    let loader = ViewLoader(
      Shapes.images(256, seed: 1, stream: "test"), augmentations: [ViewLoaderTests.moco],
      standardization: .cifar10,
      dataType: .bfloat16)
    var best = Double.infinity
    // Alone on its thread, as above.
    WorkerPool.run { worker, _ in
      guard worker == 0 else { return }
      for epoch in 0..<15 {
        let start = processorTime()
        _ = loader.batch(indices: Array(0..<256), epoch: epoch)
        best = min(best, (processorTime() - start) / 256 * 1e6)
      }
    }
    print("a MoCo view takes \((best * 10).rounded() / 10) µs of one core")
    #expect(best < 60)
  }

  /// Seconds of processor time that the calling thread has used.
  func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
