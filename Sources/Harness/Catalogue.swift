/// The experiments that a command can name.
public struct Catalogue: Sendable {
  /// Every experiment, in the order in which they are listed.
  public let experiments: [any Experiment.Type]

  /// Creates a catalogue.
  public init(_ experiments: [any Experiment.Type]) { self.experiments = experiments }

  /// The experiment called `name`; throws an `UnknownName`.
  public func experiment(named name: String) throws -> any Experiment.Type {
    if let found = experiments.first(where: { $0.name == name }) { return found }
    throw UnknownName(kind: "experiment", name: name, known: experiments.map { $0.name })
  }
}

extension Experiment {
  /// The arms called `names`, or by their slugs, in the experiment's order; for none the headline's and its references,
  /// for `all` every one. Throws an `UnknownName`.
  public func arms(named names: [String]) throws -> [Arm] {
    let all = arms
    if names.isEmpty { return all.filter { $0.role != .exploratory } }
    if names == ["all"] { return all }
    for name in names where !all.contains(where: { $0.isCalled(name) }) {
      throw UnknownName(kind: "arm", name: name, known: all.map(\.name))
    }
    return all.filter { arm in names.contains { arm.isCalled($0) } }
  }
}

extension Arm {
  fileprivate func isCalled(_ name: String) -> Bool { self.name == name || slug == name.slug }
}

/// A name that nothing has.
public struct UnknownName: Error, Equatable, CustomStringConvertible {
  /// What it should have been the name of, e.g. `experiment`.
  public let kind: String
  /// The name as typed.
  public let name: String
  /// The names there are.
  public let known: [String]

  /// Creates an error.
  public init(kind: String, name: String, known: [String]) {
    self.kind = kind
    self.name = name
    self.known = known
  }

  /// What is wrong and what to do, in one line.
  public var description: String {
    if known.isEmpty { return "there is no \(kind) “\(name)”, nor any other" }
    let nearest = known.nearest(to: name)
    let hint = nearest.isEmpty ? "" : "; did you mean \(nearest.asChoice)?"
    return "there is no \(kind) “\(name)”\(hint) Known: \(known.joined(separator: ", "))"
      .replacing("” Known", with: "”. Known")
  }
}
