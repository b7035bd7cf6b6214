import Tensors
import TestSupport
import Testing

@testable import Evaluation

@Suite struct LinearProbeTests {
  /// `count` points around one centre per class, `spread` wide.
  private func blobs(_ count: Int, classes: Int, dimension: Int, spread: Float, seed: UInt64) -> Features {
    let centers = randomTensor([classes, dimension], seed: 77, scale: 3).floats
    var random = Random(seed: seed, stream: "blobs")
    let values = (0..<count * dimension).map { index in
      let (row, column) = (index / dimension, index % dimension)
      return centers[(row % classes) * dimension + column] + spread * random.normal()
    }
    return Features(
      values: Tensor(values, shape: [count, dimension]), labels: (0..<count).map { $0 % classes })
  }

  private func value(_ metric: String, _ scores: [Score]) -> Double? {
    scores.first { $0.metric == metric }?.value
  }

  @Test func separableBlobsAreSeparated() throws {
    let training = blobs(2_000, classes: 10, dimension: 16, spread: 0.3, seed: 1)
    let test = blobs(500, classes: 10, dimension: 16, spread: 0.3, seed: 2)
    let scores = try LinearProbe().measured(training: training, test: test, classCount: 10).scores
    #expect(scores.map(\.metric) == ["top1", "top5", "train-top1", "iterations"])
    #expect(scores.map(\.count) == [500, 500, 2_000, 2_000])
    #expect(value("top1", scores) == 100 && value("top5", scores) == 100)
    #expect(LinearProbe().name == "linear-v1")
  }

  /// Features about which nothing was learned are at chance, and no better among five than five in ten.
  @Test func noiseIsAtChance() throws {
    let labels = (0..<4_000).map { $0 % 10 }
    let training = Features(values: randomTensor([4_000, 8], seed: 1), labels: labels)
    let test = Features(values: randomTensor([4_000, 8], seed: 2), labels: labels)
    let scores = try LinearProbe().measured(training: training, test: test, classCount: 10).scores
    #expect(abs(value("top1", scores)! - 10) < 2)
    #expect(abs(value("top5", scores)! - 50) < 3)
  }

  /// Scales and offsets of features, however wild, change nothing but rounding.
  @Test func featuresAreStandardized() throws {
    let training = blobs(600, classes: 4, dimension: 6, spread: 3, seed: 1)
    let test = blobs(600, classes: 4, dimension: 6, spread: 3, seed: 2)
    func scaled(_ features: Features) -> Features {
      let values = features.values.floats.enumerated().map { index, value in
        value * Float(sign: .plus, exponent: (index % 6) * 4 - 10, significand: 1)
      }
      return Features(values: Tensor(values, shape: features.values.shape), labels: features.labels)
    }
    let plain = try LinearProbe().measured(training: training, test: test, classCount: 4).scores
    let wild = try LinearProbe().measured(training: scaled(training), test: scaled(test), classCount: 4)
      .scores
    #expect(plain == wild)
    #expect(value("top5", plain) == nil)
  }

  /// An encoder that says the same of every image has a classifier all the same: the most frequent class.
  @Test func collapsedFeaturesAreAtChance() throws {
    var random = Random(seed: 0, stream: "rounding")
    for noise: Float in [0, 1e-7] {
      func features(_ count: Int) -> Features {
        Features(
          values: Tensor(shape: [count, 5]) { 3 + noise * random.normal() },
          labels: (0..<count).map { $0 % 4 == 0 ? 0 : $0 % 2 + 1 })
      }
      let scores = try LinearProbe().measured(training: features(400), test: features(400), classCount: 3)
        .scores
      #expect(value("top1", scores) == 50)
    }
  }

  /// One class more than the training images show can be asked of, and is never answered.
  @Test func classesWithoutImagesAreHarmless() throws {
    let training = blobs(300, classes: 3, dimension: 5, spread: 0.2, seed: 1)
    let scores = try LinearProbe().measured(training: training, test: training, classCount: 7).scores
    #expect(value("top1", scores) == 100)
  }

  @Test func theNumberOfThreadsChangesNothing() throws {
    let training = blobs(1_500, classes: 5, dimension: 9, spread: 4, seed: 1)
    let several = try LinearProbe().measured(training: training, test: training, classCount: 5).scores
    // Inside a worker the pool runs everything on that worker.
    try onOneWorker {
      let one = try LinearProbe().measured(training: training, test: training, classCount: 5).scores
      #expect(one == several)
    }
  }
}
