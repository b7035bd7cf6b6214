import Foundation
import Tensors
import Testing

@testable import NeuralNetworks

private final class Part: Module {
  let weight: Parameter
  let mean: Statistic

  init(_ value: Float, width: Int = 2) {
    weight = Parameter(Tensor(repeating: value, shape: [width]))
    mean = Statistic(Tensor(repeating: value, shape: [1]))
  }
}

private final class Whole: Module {
  let parts: [Part]

  init(_ values: Float...) { parts = values.map { Part($0) } }
}

@Suite struct CheckpointModuleTests {
  @Test func aModuleComesBackWithStatistics() throws {
    try withTemporaryFile { file in
      try Checkpoint.write(Checkpoint.state(of: Whole(1, 2), prefix: "net."), to: file)
      let checkpoint = try Checkpoint.read(from: file)
      #expect(
        checkpoint.tensors.keys.sorted() == [
          "net.parts.0.mean", "net.parts.0.weight", "net.parts.1.mean", "net.parts.1.weight",
        ])
      let restored = Whole(5, 6)
      try checkpoint.restore(restored, prefix: "net.")
      #expect(restored.namedState.map(\.state.value.floats) == [[1, 1], [1], [2, 2], [2]])
    }
  }

  @Test func differencesAreErrorsAndChangeNothing() throws {
    try withTemporaryFile { file in
      var state = Checkpoint.state(of: Whole(1, 2))
      state["parts.1.weight"] = Tensor([1, 2, 3], shape: [3])
      state["optimizer.step"] = Tensor([1], shape: [])
      try Checkpoint.write(state, to: file)
      let checkpoint = try Checkpoint.read(from: file)
      let target = Whole(5, 6)
      expectProblem {
        $0 == .unexpected(["optimizer.step"])
      } of: {
        try checkpoint.restore(target)
      }
      expectProblem {
        $0 == .shapeMismatch(tensor: "parts.1.weight", expected: [2], found: [3])
      } of: {
        try checkpoint.restore(target, allowingOthers: true)
      }
      expectProblem {
        $0 == .missing(["parts.2.weight", "parts.2.mean"])
      } of: {
        try checkpoint.restore(Whole(1, 2, 3), allowingOthers: true)
      }
      #expect(target.namedState.map(\.state.value.floats) == [[5, 5], [5], [6, 6], [6]])
    }
  }

  @Test func dataTypesMustAgree() throws {
    try withTemporaryFile { file in
      var state = Checkpoint.state(of: Part(1))
      state["mean"] = Tensor(zeros: [1], .int32)
      try Checkpoint.write(state, to: file)
      let checkpoint = try Checkpoint.read(from: file)
      expectProblem {
        $0 == .typeMismatch(tensor: "mean", expected: .float32, found: .int32)
      } of: {
        try checkpoint.restore(Part(2))
      }
    }
  }
}
