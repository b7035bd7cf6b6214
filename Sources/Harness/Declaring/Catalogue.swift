/// The experiments that a command can name.
public struct Catalogue: Sendable {
  /// Every experiment, in the order in which they are listed.
  public let experiments: [any Experiment.Type]

  /// The families of headlines that were announced together, the oldest first.
  public let families: [ClaimFamily]

  /// Creates a catalogue; traps when a family has a member that is none of the experiments, or that is in two.
  public init(_ experiments: [any Experiment.Type], families: [ClaimFamily] = []) {
    let members = families.flatMap(\.experiments)
    let names = Set(experiments.map { $0.name })
    precondition(
      members.allSatisfy(names.contains), "a family has a member that is no experiment: \(members)")
    precondition(Set(members).count == members.count, "a headline is in two families: \(members)")
    self.experiments = experiments
    self.families = families
  }

  /// The version of every experiment, by name.
  public var versions: [String: Int] {
    Dictionary(experiments.map { ($0.name, $0.version) }, uniquingKeysWith: { first, _ in first })
  }

  /// The experiment called `name`; throws an `UnknownName`.
  public func experiment(named name: String) throws -> any Experiment.Type {
    if let found = experiments.first(where: { $0.name == name }) { return found }
    throw UnknownName(kind: "experiment", name: name, known: experiments.map { $0.name })
  }
}

extension Experiment {
  /// The arms called `names`, or by their slugs, in the experiment's order; for none the headline's and its references,
  /// for `all` every one; a name with commas in it may come in its parts. On images of one's own they are fitted to these.
  /// Throws an `UnknownName`.
  public func arms(named names: [String], on images: OwnImages? = nil) throws -> [Arm] {
    let all = arms(on: images)
    if names.isEmpty { return all.filter { $0.role != .exploratory } }
    if names == ["all"] { return all }
    var (rest, chosen) = (names[...], Set<String>())
    while let first = rest.first {
      let found = (1...rest.count).reversed().lazy.compactMap { count in
        all.first { $0.isCalled(rest.prefix(count).joined(separator: ", ")) }.map { (arm: $0, count: count) }
      }.first
      guard let found else { throw UnknownName(kind: "arm", name: first, known: all.map(\.name)) }
      chosen.insert(found.arm.name)
      rest = rest.dropFirst(found.count)
    }
    return all.filter { chosen.contains($0.name) }
  }
}

extension Arm {
  fileprivate func isCalled(_ name: String) -> Bool { self.name == name || slug == name.slug }
}
