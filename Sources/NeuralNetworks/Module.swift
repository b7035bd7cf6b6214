import Tensors

/// A part of a network: a final class whose stored properties are parameters, statistics and other modules.
///
/// Names are paths of stored properties, as PyTorch's are: a property `conv1` of type `Convolution` with a property
/// `weight` is `conv1.weight`; an array contributes its indices.
public protocol Module: AnyObject {}

/// A module never trained by gradient; `namedParameters` of its owner skips it, checkpoints do not.
public protocol Frozen: Module {}

/// A module that maps one tensor to another.
public protocol Layer: Module {
  /// Returns the layer's output for `x`.
  func callAsFunction(_ x: Tensor) -> Tensor
}

extension Module {
  /// Every parameter that is not frozen with its path, e.g. `layer1.0.conv1.weight`, found by reflection when asked.
  public var namedParameters: [(name: String, parameter: Parameter)] {
    var found: [(String, Parameter)] = []
    visit(self, path: "", skippingFrozen: true) { path, leaf in
      if let parameter = leaf as? Parameter { found.append((path, parameter)) }
    }
    return found
  }

  /// Every parameter that is not frozen.
  public var parameters: [Parameter] { namedParameters.map(\.parameter) }

  /// Every parameter and statistic with its path, frozen ones included: what a checkpoint holds.
  public var namedState: [(name: String, state: ModuleState)] {
    var found: [(String, ModuleState)] = []
    visit(self, path: "", skippingFrozen: false) { path, leaf in
      if let parameter = leaf as? Parameter { found.append((path, .parameter(parameter))) }
      if let statistic = leaf as? Statistic { found.append((path, .statistic(statistic))) }
    }
    return found
  }
}

/// A tensor that a checkpoint saves and restores.
public enum ModuleState {
  case parameter(Parameter)
  case statistic(Statistic)

  /// The current value.
  public var value: Tensor {
    switch self {
    case .parameter(let parameter): parameter.constant
    case .statistic(let statistic): statistic.value
    }
  }

  /// Replaces the value by one of the same shape; traps for another shape.
  public func restore(_ value: Tensor) {
    switch self {
    case .parameter(let parameter): parameter.update { $0 = value.constant }
    case .statistic(let statistic): statistic.value = value
    }
  }
}

/// A module whose parts are named by position alone, as those of PyTorch's `Sequential`: `downsample.0.weight`.
public protocol TransparentModule: Module {
  /// The parts in order.
  var children: [any Layer] { get }
}

private func visit(
  _ module: any Module, path: String, skippingFrozen: Bool, _ leaf: (String, AnyObject) -> Void
) {
  if let list = module as? any TransparentModule {
    for (index, child) in list.children.enumerated() {
      visit(value: child, path: path.isEmpty ? "\(index)" : "\(path).\(index)", skippingFrozen, leaf)
    }
    return
  }
  for child in Mirror(reflecting: module).children {
    guard let label = child.label.map(snakeCased) else { continue }
    visit(value: child.value, path: path.isEmpty ? label : "\(path).\(label)", skippingFrozen, leaf)
  }
}

private func visit(value: Any, path: String, _ skippingFrozen: Bool, _ leaf: (String, AnyObject) -> Void) {
  switch value {
  case let parameter as Parameter: leaf(path, parameter)
  case let statistic as Statistic: leaf(path, statistic)
  case let module as any Module:
    if skippingFrozen && module is any Frozen { return }
    visit(module, path: path, skippingFrozen: skippingFrozen, leaf)
  case let list as [Any]:
    for (index, element) in list.enumerated() {
      visit(value: element, path: "\(path).\(index)", skippingFrozen, leaf)
    }
  default:
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .optional, let wrapped = mirror.children.first {
      visit(value: wrapped.value, path: path, skippingFrozen, leaf)
    }
  }
}

/// `runningMean` as PyTorch spells it: `running_mean`.
private func snakeCased(_ name: String) -> String {
  name.reduce(into: "") { result, character in
    result += character.isUppercase ? "_" + character.lowercased() : String(character)
  }
}
