/// The extents of a tensor, outermost first; four-dimensional shapes are N × H × W × C.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The extents, outermost first.
  public let dimensions: [Int]

  /// Creates a shape of the given extents; traps on a negative one.
  public init(_ dimensions: [Int]) {
    precondition(dimensions.allSatisfy { $0 >= 0 }, "a shape has no negative extent: \(dimensions)")
    self.dimensions = dimensions
  }

  /// Creates a shape of the given extents.
  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// The number of elements.
  public var count: Int { dimensions.reduce(1, *) }

  /// The number of axes.
  public var rank: Int { dimensions.count }

  /// The extent along `axis`; negative axes count from the end.
  public subscript(axis: Int) -> Int { dimensions[axis < 0 ? rank + axis : axis] }

  /// The product of every extent but the last: a tensor seen as a matrix has this many rows.
  public var rows: Int { dimensions.dropLast().reduce(1, *) }

  /// The last extent: a tensor seen as a matrix has this many columns, a feature map this many channels.
  public var columns: Int { dimensions.last ?? 1 }

  /// The same shape with another outermost extent.
  public func withRows(_ count: Int) -> Shape { Shape([count] + dimensions.dropFirst()) }

  /// The elements of one entry along the outermost axis.
  public var stride: Int { dimensions.dropFirst().reduce(1, *) }

  public var description: String {
    "[" + dimensions.map(String.init).joined(separator: " × ") + "]"
  }
}

extension Shape {
  /// N of an N × H × W × C shape.
  public var batch: Int { dimensions[0] }
  /// H of an N × H × W × C shape.
  public var height: Int { dimensions[1] }
  /// W of an N × H × W × C shape.
  public var width: Int { dimensions[2] }
  /// C of an N × H × W × C shape.
  public var channels: Int { dimensions[3] }
}
