/// The record of one evaluation: what was computed from named parameters, in order, and how to go back.
///
/// An array walked backwards, so depth costs no stack; each entry is dropped as soon as its gradient has been taken, so
/// saved activations return to the pool while the walk goes on.
final class Tape: @unchecked Sendable {
  /// A tensor's place on a tape.
  struct Node {
    let tape: Tape
    let index: Int
  }

  typealias Pullback = (Tensor) -> [Tensor?]

  private struct Entry {
    let inputs: [Int?]
    let pullback: Pullback
  }

  private enum State { case recording, walkingBack, closed }

  @TaskLocal static var current: Tape?

  private var entries: [Entry?] = []
  private var leaves: [ObjectIdentifier: Int] = [:]
  private var state = State.recording

  var isRecording: Bool { state == .recording }

  /// Makes a leaf of each parameter.
  init(leaves parameters: [Parameter]) {
    for parameter in parameters {
      leaves[ObjectIdentifier(parameter)] = entries.count
      entries.append(nil)
    }
  }

  /// The leaf of `parameter`, if it was named.
  func leaf(of parameter: Parameter) -> Node? {
    guard isRecording, let index = leaves[ObjectIdentifier(parameter)] else { return nil }
    return Node(tape: self, index: index)
  }

  func append(inputs: [Int?], pullback: @escaping Pullback) -> Node {
    precondition(
      isRecording, "an operation was recorded inside a pullback: second derivatives are not supported")
    entries.append(Entry(inputs: inputs, pullback: pullback))
    return Node(tape: self, index: entries.count - 1)
  }

  /// Walks back from `output`, emptying the tape, and returns the gradient of every leaf that it reaches.
  func gradients(of output: Node) -> [ObjectIdentifier: Tensor] {
    precondition(isRecording && output.tape === self, "gradients of a tensor that this tape did not record")
    state = .walkingBack
    defer { close() }
    var gradients = [Tensor?](repeating: nil, count: entries.count)
    gradients[output.index] = Tensor(repeating: 1, shape: [])
    for index in stride(from: entries.count - 1, through: 0, by: -1) {
      guard let entry = entries[index] else { continue }
      entries[index] = nil
      guard let gradient = gradients[index] else { continue }
      gradients[index] = nil
      let inputGradients = entry.pullback(gradient)
      assert(inputGradients.count == entry.inputs.count, "a pullback returns one gradient per input")
      for case (let input?, let inputGradient?) in zip(entry.inputs, inputGradients) {
        if gradients[input] == nil {
          gradients[input] = inputGradient
        } else {
          gradients[input]!.accumulate(inputGradient)
        }
      }
    }
    return leaves.compactMapValues { gradients[$0] }
  }

  /// Forgets everything; tensors that were recorded are constants from here on.
  func close() {
    entries.removeAll()
    state = .closed
  }
}

extension Tensor {
  /// Returns `self` recorded as the result of an operation on `inputs`; unchanged when every input is constant.
  ///
  /// `pullback` maps the gradient of the result to one gradient per input, `nil` for inputs that want none. It must
  /// capture unrecorded results only, or a node would hold itself.
  func recorded(from inputs: Tensor..., pullback: @escaping (Tensor) -> [Tensor?]) -> Tensor {
    recorded(fromAll: inputs, pullback: pullback)
  }

  /// The same for a list of inputs.
  func recorded(fromAll inputs: [Tensor], pullback: @escaping (Tensor) -> [Tensor?]) -> Tensor {
    guard let tape = inputs.lazy.compactMap(\.recordingTape).first else { return self }
    let indices = inputs.map { input -> Int? in
      guard let node = input.node, input.recordingTape != nil else { return nil }
      precondition(node.tape === tape, "an operation mixes tensors of two differentiations")
      return node.index
    }
    var result = self
    result.node = tape.append(inputs: indices, pullback: pullback)
    return result
  }

  private var recordingTape: Tape? { node.flatMap { $0.tape.isClosed ? nil : $0.tape } }
}

extension Tape {
  /// Whether the walk back is over.
  var isClosed: Bool { state == .closed }
}
