extension ImageCollection {
  /// The same collection with further images that can be added.
  public func offering(_ further: [Inflation.Source: AddedImages]) -> ImageCollection {
    var collection = self
    collection.offered.merge(further) { _, new in new }
    return collection
  }

  /// Whether images from `source` can be added.
  public func offers(_ source: Inflation.Source) -> Bool {
    offered[source] != nil || source == .unused && unused != nil
  }

  /// What images from `source` are; `nil` where none can be added.
  public func identity(of source: Inflation.Source) -> DataIdentity? {
    offered[source]?.identity ?? (source == .unused && unused != nil ? identity : nil)
  }

  /// How many images from `source` can be added.
  public func count(of source: Inflation.Source) -> Int { addable(from: source)?.count ?? 0 }

  /// The own images of pre-training as `inflation` adds to them; traps where what it adds is not there.
  public func mixture(_ inflation: Inflation) -> Mixture {
    guard let added = addable(from: inflation.source) else {
      preconditionFailure("no images to add from \(inflation.source.rawValue)")
    }
    let count = inflation.count ?? added.count
    precondition(count <= added.count, "\(count) of \(added.count) images from \(inflation.source.rawValue)")
    return Mixture(own: pretraining, weight: inflation.ownWeight, added: added.slice(0..<count))
  }

  private func addable(from source: Inflation.Source) -> ImageSet? {
    offered[source]?.images ?? (source == .unused ? unused : nil)
  }
}
