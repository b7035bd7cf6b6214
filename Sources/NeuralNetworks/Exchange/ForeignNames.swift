import Tensors

/// Why weights of another program are not those of a residual network.
public struct ForeignWeightsError: Error, Equatable, CustomStringConvertible {
  /// What is wrong and what to do, without the file.
  public let description: String

  /// Creates an error.
  public init(_ description: String) { self.description = description }
}

/// The tensors of a residual network among those of a state that another program saved, under torchvision's names.
///
/// Known are torchvision's own names, those behind a prefix, as solo-learn writes them (`backbone.layer1.0.conv1.weight`),
/// and those by position in a `Sequential`, as lightly's backbones have them (`backbone.4.0.conv1.weight`), whose shortcuts
/// may be called `shortcut`.
public struct ForeignNames {
  /// What stands before the network's names.
  public let prefix: String
  /// The network's tensors by torchvision's names; classifiers and heads are left out.
  public let tensors: [String: Tensor]

  /// Finds the network in `state`: the one behind `prefix`, or the only one, or the one that is trained among several of
  /// which the others follow it.
  ///
  /// Throws a `ForeignWeightsError` when there is none, or when it cannot be told which is meant.
  public init(_ state: [String: Tensor], prefix wanted: String? = nil) throws(ForeignWeightsError) {
    let found = ForeignNames.networks(in: state)
    let prefix = try ForeignNames.chosen(found.keys.sorted(), wanted)
    let stages = found[prefix]!
    var tensors: [String: Tensor] = [:]
    for (name, tensor) in state where name.hasPrefix(prefix) {
      guard let own = ForeignNames.translated(String(name.dropFirst(prefix.count)), stages) else { continue }
      tensors[own] = tensor
    }
    (self.prefix, self.tensors) = (prefix, tensors)
  }

  // MARK: Finding

  /// Where a network's parts stand: by torchvision's names, or the positions of its convolution, its normalization and its
  /// four stages.
  private enum Stages {
    case named
    case positions(convolution: String, normalization: String, stages: [String])
  }

  /// The prefixes behind which there is a first convolution and a first stage.
  private static func networks(in state: [String: Tensor]) -> [String: Stages] {
    var found: [String: Stages] = [:]
    for (name, tensor) in state where name.hasSuffix(".0.conv1.weight") && tensor.shape.rank == 4 {
      let stage = name.dropLast(".0.conv1.weight".count)
      let last = stage.split(separator: ".", omittingEmptySubsequences: false).last ?? ""
      let prefix = String(stage.dropLast(last.count))
      if last == "layer1", state["\(prefix)conv1.weight"] != nil { found[prefix] = .named }
      if Int(last) != nil, found[prefix] == nil, let positions = positions(in: state, prefix) {
        found[prefix] = positions
      }
    }
    return found
  }

  /// A `Sequential`: the first member is the convolution, the second its normalization, and those that hold blocks the
  /// stages.
  private static func positions(in state: [String: Tensor], _ prefix: String) -> Stages? {
    guard state["\(prefix)0.weight"]?.shape.rank == 4, state["\(prefix)1.running_mean"] != nil else {
      return nil
    }
    let stages = (2..<16).filter { state["\(prefix)\($0).0.conv1.weight"] != nil }
    guard stages.count == 4 else { return nil }
    return .positions(convolution: "0", normalization: "1", stages: stages.map { "\($0)" })
  }

  /// Words in the prefixes of networks that follow another one, or are followed.
  private static let followers = ["momentum", "teacher", "target", "encoder_k", "ema", "averaged"]

  private static func chosen(
    _ prefixes: [String], _ wanted: String?
  ) throws(ForeignWeightsError) -> String {
    let list = prefixes.map { "“\($0)”" }.joined(separator: ", ")
    if let wanted {
      let dotted = wanted.isEmpty || wanted.hasSuffix(".") ? wanted : wanted + "."
      guard prefixes.contains(dotted) else {
        throw ForeignWeightsError(
          "holds no residual network behind “\(dotted)”"
            + (prefixes.isEmpty ? "" : "; there is one behind \(list)"))
      }
      return dotted
    }
    if prefixes.count == 1 { return prefixes[0] }
    let leading = prefixes.filter { prefix in !followers.contains { prefix.contains($0) } }
    if leading.count == 1 { return leading[0] }
    guard prefixes.isEmpty else {
      throw ForeignWeightsError("holds several residual networks: name one with --prefix, \(list)")
    }
    throw ForeignWeightsError(
      "holds no residual network under names of torchvision, solo-learn or lightly: save the state dict of one"
    )
  }

  // MARK: Translating

  /// Torchvision's name of what is called `name` behind the prefix; `nil` for what is no part of the network.
  private static func translated(_ name: String, _ stages: Stages) -> String? {
    var parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if case .positions(let convolution, let normalization, let numbers) = stages {
      switch parts[0] {
      case convolution: parts[0] = "conv1"
      case normalization: parts[0] = "bn1"
      default:
        guard let stage = numbers.firstIndex(of: parts[0]) else { return nil }
        parts[0] = "layer\(stage + 1)"
      }
    }
    guard ["conv1", "bn1", "layer1", "layer2", "layer3", "layer4"].contains(parts[0]) else { return nil }
    if parts.count > 2, parts[2] == "shortcut" { parts[2] = "downsample" }
    return parts.last == "num_batches_tracked" ? nil : parts.joined(separator: ".")
  }
}
