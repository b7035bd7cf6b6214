import CKernels
import NeuralNetworks
import Tensors
import Testing
import Vision

@testable import Pretraining

@Suite struct ProfileTests {
  /// In a process of its own, because the profile is the whole process's.
  @Test func theWorkOfAStepIsFoundWhereItIsDone() async {
    await #expect(processExitsWith: .success) {
      var random = Random(seed: 0, stream: "weights")
      let method = Supervised(.resNet18(width: 16), using: &random)
      method.receive(labels: (0..<64).map { $0 % 10 }, classCount: 10)
      let plan = TrainingPlan(
        epochs: 1, batchSize: 32, optimizer: .sgd(learningRate: 0.1, momentum: 0.9, weightDecay: 0),
        schedule: .cosine(), precision: .float32)
      let trainer = try! Pretrainer(
        method: method, plan: plan, images: Shapes.images(64, seed: 0, stream: "profile"),
        standardization: .shapes, seed: 0)
      let start = ContinuousClock.now
      var counted = 0
      let entries = try! Profile.entries { counted = try trainer.step().multiplyAdds }
      let elapsed = (ContinuousClock.now - start) / .seconds(1)
      let spent = entries.map(\.entry.coreSeconds).reduce(0, +)
      precondition(entries.map(\.work) == Profile.Work.allCases)
      // What is counted as work but is no part of a floor: taps on padding, an eighth of this network's, and what
      // Winograd's algorithm saves, half of the rest but for the first convolution and those with a stride.
      let inside = Double(entries.map(\.entry.multiplyAdds).reduce(0, +)) / Double(counted)
      let expected = rk_conv3x3_winograd_supported_f32(32, 32, 16, 16) ? 0.49..<0.53 : 0.85..<0.89
      precondition(expected.contains(inside), "\(entries) but \(counted) counted")
      precondition(spent > 0 && spent <= elapsed * Double(WorkerPool.threads), "\(spent) s in \(elapsed) s")
      for (work, entry) in entries where work != .loss {
        precondition(entry.coreSeconds > 0, "no time for \(work)")
      }
      // Outside of a measurement nothing is taken.
      _ = try! trainer.step()
      precondition(Profile.entries {}.allSatisfy { $0.entry.coreSeconds == 0 })
    }
  }
}
