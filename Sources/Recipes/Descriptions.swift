extension DatasetReference {
  /// The data set in words: `cifar10, first 512 images`.
  package var description: String {
    name.rawValue + (side.map { " of \($0) × \($0) pixels" } ?? "")
      + (percent.map { ", \($0) % of each class" } ?? "")
      + (limit.map { ", first \($0) images" } ?? "")
      + (holdsOutTail ? ", measured on held-out images" : "")
  }
}

extension Inflation {
  /// What is added, in words: `50,000 generated images added, own ones counting 10 times`.
  public var description: String {
    let kind =
      switch source {
      case .generated: "generated images"
      case .generatedEarly: "images of an early generator"
      case .unused: "unseen images of the data set"
      }
    let amount = count.map { "\($0) \(kind)" } ?? "all \(kind)"
    return "\(amount) added" + (ownWeight > 1 ? ", own ones counting \(ownWeight) times" : "")
  }
}
