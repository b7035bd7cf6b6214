import Foundation
import Pretraining

extension Arm {
  /// Bytes that constants alone say a training holds at the least: weights with their gradients, queues, and
  /// what a batch is compared with. What networks keep of their activations comes on top.
  var leastMemory: Double {
    let constants = Constants(configuration.json)
    let (batch, queue) = (Double(plan.batchSize), constants["queueLength"] ?? 0)
    let (hidden, embedding) = (constants["hiddenDimension"] ?? 0, constants["embeddingDimension"] ?? 0)
    var numbers = queue * embedding + 2 * hidden * embedding
    // Each image of a batch is compared with the queue, or both with all prototypes.
    if let prototypes = constants["prototypeCount"] {
      numbers += 2 * prototypes * embedding + prototypes * (batch + queue)
    } else {
      numbers += batch * queue
    }
    if let side = constants["side"] { numbers += batch * 3 * side * side }
    numbers += 2 * constants.residualWeights
    return 4 * numbers
  }

  /// Why the arm cannot be trained with `memory` bytes, in one sentence; `nil` where it may be.
  func memoryProblem(_ memory: Double = Double(ProcessInfo.processInfo.physicalMemory)) -> String? {
    guard leastMemory > memory else { return nil }
    let (needed, there) = (String(format: "%.1f", leastMemory / 1e9), String(format: "%.1f", memory / 1e9))
    return
      "a training would take more than \(needed) GB of memory, and this machine has \(there) GB: lower what is "
      + "multiplied (queueLength, embeddingDimension, hiddenDimension, prototypeCount, width, plan.batchSize)"
  }
}

/// Constants by their last name; of several the largest.
private struct Constants {
  private var largest: [String: Double] = [:]
  private var blocks: [Double] = []

  init(_ json: JSONValue) {
    for (path, value) in json.leaves {
      let words = path.split(separator: ".")
      guard let number = value.number, let name = words.last(where: { Int($0) == nil }) else { continue }
      if name == "blocks" && Int(words[words.count - 1]) != nil { blocks.append(number) }
      largest[String(name)] = max(largest[String(name)] ?? 0, number)
    }
  }

  subscript(name: String) -> Double? { largest[name] }

  /// The weights of a residual network of four stages, each twice as wide, at the least: the first block of a stage, which
  /// comes from half the channels, has more than 13 times its width squared, and others have more.
  var residualWeights: Double {
    guard blocks.count == 4, let width = largest["width"] else { return 0 }
    return (0..<4).reduce(0) { sum, stage in
      let wide = width * Double(1 << stage)
      return sum + blocks[stage] * 13 * wide * wide
    }
  }
}
