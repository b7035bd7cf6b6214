/// A tensor that training changes by gradient.
///
/// Its name is not its own: modules give it the path at which it is stored.
public final class Parameter: @unchecked Sendable {
  private var stored: Tensor
  /// Grows with every change; copies in other forms (packed for a convolution, rounded to bfloat16) follow it.
  public private(set) var version = 0
  private var copies: [AnyHashable: (version: Int, value: AnyObject)] = [:]

  /// Creates a parameter of the given first value.
  public init(_ value: Tensor) { stored = value.constant }

  /// The current value; inside `withGradients(of:)`, a leaf of the tape if this parameter was named there.
  public var value: Tensor {
    guard let leaf = Tape.current?.leaf(of: self) else { return stored }
    var value = stored
    value.node = leaf
    return value
  }

  /// The current value as a constant.
  public var constant: Tensor { stored }

  /// The extents.
  public var shape: Shape { stored.shape }

  /// Changes the value in place.
  public func update(_ body: (inout Tensor) -> Void) {
    let shape = stored.shape
    body(&stored)
    precondition(
      stored.shape == shape, "an update changed a parameter's shape from \(shape) to \(stored.shape)")
    version += 1
  }

  /// A copy of the current value in another form, made by `make` once per version.
  func copy<Copy: AnyObject>(_ key: AnyHashable, _ make: (_ current: Tensor, _ previous: Copy?) -> Copy)
    -> Copy
  {
    let known = copies[key]
    if let known, known.version == version, let value = known.value as? Copy { return value }
    let value = make(stored, known?.value as? Copy)
    copies[key] = (version, value)
    return value
  }
}

/// A tensor that training changes but gradients do not: running statistics, a queue of negatives.
///
/// Checkpoints save it; optimizers never see it.
public final class Statistic: @unchecked Sendable {
  /// The current value, a constant.
  public var value: Tensor {
    didSet { value.node = nil }
  }

  /// Creates a statistic of the given first value.
  public init(_ value: Tensor) { self.value = value.constant }
}
