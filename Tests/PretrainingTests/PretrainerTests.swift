import NeuralNetworks
import TestSupport
import Testing
import Vision

@testable import Pretraining
@testable import Tensors

@Suite struct PretrainerTests {
  /// Sixteen-pixel images of two classes that differ in colour.
  func images(_ count: Int = 96) -> ImageSet {
    var random = Random(seed: 0, stream: "images")
    var bytes: [UInt8] = []
    for index in 0..<count {
      for plane in 0..<3 {
        let level = (index % 2 == 0) == (plane == 0) ? 170 : 70
        for _ in 0..<256 { bytes.append(UInt8(level + random.integer(below: 60))) }
      }
    }
    return ImageSet(
      height: 16, width: 16, bytes: bytes, labels: (0..<count).map { $0 % 2 }, classNames: ["warm", "cold"])
  }

  func method(seed: UInt64 = 0, labels: [Int]) -> Supervised {
    var random = Random(seed: seed, stream: "weights")
    let method = Supervised(.resNet18(width: 4), classCount: 2, using: &random)
    method.receive(labels: labels, classCount: 2)
    return method
  }

  func plan(epochs: Int = 3, batchSize: Int = 20, learningRate: Float = 0.05) -> TrainingPlan {
    TrainingPlan(
      epochs: epochs, batchSize: batchSize, optimizer: .sgd(learningRate: learningRate, momentum: 0.9),
      schedule: .cosine(), precision: .float32)
  }

  func trainer(_ plan: TrainingPlan, seed: UInt64 = 0) throws -> (Pretrainer, Supervised) {
    let images = images()
    let method = method(seed: seed, labels: images.labels)
    return (
      try Pretrainer(method: method, plan: plan, images: images, standardization: .none, seed: seed), method
    )
  }

  func losses(_ trainer: Pretrainer) throws -> [Float] {
    var losses: [Float] = []
    while !trainer.isFinished { try trainer.runEpoch { losses.append($0.loss) } }
    return losses
  }

  @Test func learnsWhatIsEasy() throws {
    let (trainer, _) = try trainer(plan(epochs: 6))
    let losses = try losses(trainer)
    #expect(losses.count == 6 * 4)  // 96 images in batches of 20: the last 16 are left out
    #expect(losses.last! < 0.5 * losses.first!)
  }

  @Test func equalSeedsGiveEqualLossesBitForBit() throws {
    #expect(try losses(trainer(plan()).0) == losses(trainer(plan()).0))
    #expect(try losses(trainer(plan()).0) != losses(trainer(plan(), seed: 1).0))
  }

  @Test(arguments: [1, 5, 8]) func aResumedTrainingIsTheUninterruptedOne(stop: Int) throws {
    let (whole, wholeMethod) = try trainer(plan())
    let expected = try losses(whole)
    let (first, _) = try trainer(plan())
    var seen: [Float] = []
    for _ in 0..<stop { seen.append(try first.step().loss) }
    let (second, secondMethod) = try trainer(plan())
    try second.restore(first.state())
    seen += try losses(second)
    #expect(seen == expected)
    for (a, b) in zip(wholeMethod.namedState, secondMethod.namedState) {
      #expect(a.state.value.floats == b.state.value.floats, "\(a.name)")
    }
  }

  // MARK: Mixtures

  /// Looks at nothing but which images come when.
  private final class Listener: PretrainingMethod {
    let encoder: any Encoder
    let augmentations: [Augmentation] = [
      [RandomResizedCrop(to: 16, area: 0.2...1), ColorJitter(brightness: 0.5)]
    ]
    var batches: [[Int]] = []
    var views: [[Float]] = []

    init() {
      var random = Random(seed: 0, stream: "weights")
      encoder = ResNet(.resNet18(width: 4), using: &random)
    }

    func loss(of batch: Batch, at progress: TrainingProgress) -> Loss {
      batches.append(batch.indices)
      views += (0..<batch.indices.count).map { batch.views[0].images.rows($0..<$0 + 1).floats }
      return Loss(Tensor([0], shape: []))
    }
  }

  /// Twelve own images that count five times beside forty others: 100 places in batches of 16, 48 images an epoch.
  private func mixed() throws -> (Listener, Pretrainer) {
    let (all, method) = (images(52), Listener())
    let mixture = Mixture(own: all.subset(0..<12), weight: 5, added: all.subset(12..<52))
    let plan = TrainingPlan(
      epochs: 5, batchSize: 16, optimizer: .sgd(learningRate: 0), schedule: .cosine(warmupEpochs: 1),
      precision: .float32, imagesPerEpoch: 48)
    let trainer = try Pretrainer(
      method: method, plan: plan, mixture: mixture, standardization: .none, seed: 3)
    return (method, trainer)
  }

  @Test func anEpochMayBeSoManyStepsWhateverTheImages() throws {
    let (method, trainer) = try mixed()
    #expect(trainer.progress.steps == 15)
    var epochs: [Int] = []
    while !trainer.isFinished {
      try trainer.step()
      epochs.append(trainer.progress.epoch)
    }
    #expect(epochs == [0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5])
    // A pass over the list is six batches: within it no place comes twice, so that no image comes more than five times.
    for pass in [0..<6, 6..<12] {
      let counts = Dictionary(grouping: method.batches[pass].joined()) { $0 }.mapValues(\.count)
      #expect(counts.allSatisfy { $0.value <= ($0.key < 12 ? 5 : 1) })
      let own = counts.filter { $0.key < 12 }.values.reduce(0, +)
      #expect((56...60).contains(own), "all but four places of the list come, \(own) of the 60 own ones")
    }
    #expect(method.batches[0] != method.batches[6])
  }

  @Test func anImageThatCountsTwiceHasTwoViews() throws {
    let (method, trainer) = try mixed()
    for _ in 0..<6 { try trainer.step() }
    let views = zip(method.batches.joined(), method.views)
    for (image, copies) in Dictionary(grouping: views, by: \.0) {
      #expect(Set(copies.map(\.1)).count == copies.count, "image \(image) was seen twice in one way")
    }
  }

  @Test(arguments: [2, 7, 12]) func aResumedMixtureGoesOnWhereItWas(stop: Int) throws {
    let (whole, trainer) = try mixed()
    while !trainer.isFinished { try trainer.step() }
    let (first, begun) = try mixed()
    for _ in 0..<stop { try begun.step() }
    let (second, resumed) = try mixed()
    try resumed.restore(begun.state())
    while !resumed.isFinished { try resumed.step() }
    #expect(first.batches + second.batches == whole.batches && first.views + second.views == whole.views)
  }

  @Test func withoutAnythingSetAnEpochIsAPass() throws {
    let images = images()
    func batches(_ plan: TrainingPlan) throws -> [[Int]] {
      let method = Listener()
      let trainer = try Pretrainer(
        method: method, plan: plan, images: images, standardization: .none, seed: 0)
      while !trainer.isFinished { try trainer.step() }
      return method.batches
    }
    var explicit = plan()
    explicit.imagesPerEpoch = 96
    #expect(try batches(plan()) == batches(explicit))
    let expected = (0..<3).flatMap { Shuffled().batches(count: 96, size: 20, epoch: $0, seed: 0) }
    #expect(try batches(plan()) == expected)
  }

  @Test func aForeignStateIsRefusedAndChangesNothing() throws {
    let (trainer, method) = try trainer(plan())
    let before = method.namedState.map { $0.state.value.floats }
    var state = trainer.state()
    let name = state.keys.filter { $0.hasPrefix("model.encoder") }.min()!
    state[name] = Tensor(zeros: [1])
    #expect(throws: PretrainingError.self) { try trainer.restore(state) }
    state[name] = nil
    #expect(throws: PretrainingError.self) { try trainer.restore(state) }
    #expect(method.namedState.map { $0.state.value.floats } == before)
  }

  @Test func aNonFiniteLossStopsBeforeAnythingChanges() throws {
    let (trainer, method) = try trainer(plan(learningRate: 1e30))
    _ = try trainer.step()
    var thrown: (any Error)?
    var before: [[Float]] = []
    do {
      for _ in 0..<8 {
        before = method.namedParameters.map { $0.parameter.constant.floats }
        _ = try trainer.step()
      }
    } catch { thrown = error }
    guard case .nonFiniteLoss(_, _, _, _, let indices) = thrown as? PretrainingError else {
      Issue.record("a learning rate of 1e30 went unnoticed")
      return
    }
    #expect(indices.count == 20)
    for (old, entry) in zip(before, method.namedParameters) {
      #expect(old.elementsEqual(entry.parameter.constant.floats) { $0 == $1 || ($0.isNaN && $1.isNaN) })
    }
  }

  @Test func aBatchLargerThanTheDataIsRefused() {
    #expect(throws: PretrainingError.batchTooLarge(batchSize: 200, images: 96)) {
      _ = try trainer(plan(batchSize: 200))
    }
  }

  @Test func labelsDoNotReachABatch() throws {
    final class Spy: PretrainingMethod {
      let encoder: any Encoder
      let augmentations: [Augmentation] = [[]]
      var seen: [Int] = []
      init(_ encoder: any Encoder) { self.encoder = encoder }
      func loss(of batch: Batch, at progress: TrainingProgress) -> Loss {
        seen += batch.indices
        return Loss(encoder(batch.views[0].images).mean())
      }
    }
    var random = Random(seed: 0, stream: "weights")
    let spy = Spy(ResNet(.resNet18(width: 4), using: &random))
    let trainer = try Pretrainer(
      method: spy, plan: plan(epochs: 1, batchSize: 32), images: images(), standardization: .none, seed: 0)
    try trainer.runEpoch { _ in }
    #expect(spy.seen.sorted() == Array(0..<96))
    let fields = Mirror(reflecting: Batch(views: [], indices: [])).children.compactMap(\.label)
    #expect(fields == ["views", "indices"])
  }
}
