import Pretraining

/// The constants of an arm whose method is given its network: both go into the manifest, and `--set` reaches both.
public struct NetworkAndMethod<Network: Codable & Sendable, Method: Codable & Sendable>: Codable, Sendable {
  /// The sizes of the network.
  public var network: Network
  /// The constants of the method.
  public var method: Method

  /// Creates the constants of both.
  public init(_ network: Network, _ method: Method) {
    self.network = network
    self.method = method
  }
}

extension NetworkAndMethod: CheckedHyperparameters {
  public func problem(with plan: TrainingPlan) -> String? {
    (network as? any CheckedHyperparameters)?.problem(with: plan)
      ?? (method as? any CheckedHyperparameters)?.problem(with: plan)
  }
}
