import CKernels
import Glibc
import Tensors

/// Changes parameters along their gradients.
public final class Optimizer {
  /// The rule and its constants.
  public let configuration: OptimizerConfiguration
  private let names: [ObjectIdentifier: String]
  /// Moments by parameter name, what a resumed run needs.
  private var moments: [String: Tensor] = [:]
  private var updates: [String: Int] = [:]

  /// Creates an optimizer of the parameters of `module`, with moments of zero.
  public init(_ configuration: OptimizerConfiguration, for module: any Module) {
    self.configuration = configuration
    names = Dictionary(
      module.namedParameters.map { (ObjectIdentifier($0.parameter), $0.name) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Changes every parameter that the loss reached; `learningRate` is the rate of this step.
  public func update(_ parameters: [Parameter], with gradients: Gradients, learningRate: Float) {
    Profile.timeOfAll(.update) {
      for parameter in parameters {
        guard let gradient = gradients[parameter] else { continue }
        guard let name = names[ObjectIdentifier(parameter)] else {
          preconditionFailure("a parameter of shape \(parameter.shape) that the optimizer was not made for")
        }
        updates[name, default: 0] += 1
        change(parameter, name, gradient, learningRate)
      }
    }
  }

  private func change(_ parameter: Parameter, _ name: String, _ gradient: Tensor, _ rate: Float) {
    let count = parameter.shape.count
    gradient.withFloats { g in
      let g = g.baseAddress!
      switch configuration {
      case .sgd(_, let momentum, let decay, let nesterov):
        withMoment("momentum", of: name, parameter.shape) { v in
          parameter.update {
            $0.withMutableFloats { w in
              WorkerPool.forEachBlock(of: count) { at, count in
                rk_sgd(w.baseAddress! + at, g + at, v + at, count, rate, momentum, 0, decay, nesterov)
              }
            }
          }
        }
      case .lars(_, let momentum, let decay, let trust):
        let ratio = trustRatio(parameter, g, decay: decay, trust: trust)
        changeAdapted(parameter, name, g, rate, momentum, decay, ratio: ratio ?? 1, ratesInside: true)
      case .larc(_, let momentum, let decay, let trust):
        let ratio = trustRatio(parameter, g, decay: decay, trust: trust).map { min($0 / rate, 1) }
        changeAdapted(parameter, name, g, rate, momentum, decay, ratio: ratio ?? 1, ratesInside: false)
      case .adam(_, let beta1, let beta2, let epsilon, let decay, let decoupled):
        let step = Double(updates[name]!)
        withMoment("first", of: name, parameter.shape) { m in
          withMoment("second", of: name, parameter.shape) { v in
            parameter.update {
              $0.withMutableFloats { w in
                WorkerPool.forEachBlock(of: count) { at, count in
                  rk_adam(
                    w.baseAddress! + at, g + at, m + at, v + at, count, rate, beta1, beta2, epsilon, decay,
                    decoupled,
                    Float(1 - pow(Double(beta1), step)), Float(1 - pow(Double(beta2), step)))
                }
              }
            }
          }
        }
      }
    }
  }

  /// One step of a rule with rates of its own for each tensor, with the rate of the step inside the momentum or outside.
  private func changeAdapted(
    _ parameter: Parameter, _ name: String, _ g: UnsafePointer<Float>, _ rate: Float, _ momentum: Float,
    _ decay: Float, ratio: Float, ratesInside: Bool
  ) {
    let decay = isAdapted(parameter) ? decay : 0
    withMoment("momentum", of: name, parameter.shape) { v in
      parameter.update {
        $0.withMutableFloats { w in
          WorkerPool.forEachBlock(of: w.count) { at, count in
            rk_lars(
              w.baseAddress! + at, g + at, v + at, count, rate, momentum, decay, ratio, false, ratesInside)
          }
        }
      }
    }
  }

  /// Biases and norms are neither adapted nor decayed.
  private func isAdapted(_ parameter: Parameter) -> Bool { parameter.shape.rank > 1 }

  /// trust · ‖w‖ / (‖g‖ + decay · ‖w‖) (LARS, equation 6); `nil` where either norm is zero or nothing is adapted.
  private func trustRatio(_ parameter: Parameter, _ g: UnsafePointer<Float>, decay: Float, trust: Float)
    -> Float?
  {
    guard isAdapted(parameter) else { return nil }
    let count = parameter.shape.count
    let weightNorm = Float(
      parameter.constant.withFloats { rk_dot($0.baseAddress!, $0.baseAddress!, count) }.squareRoot())
    let gradientNorm = Float(rk_dot(g, g, count).squareRoot())
    guard weightNorm > 0, gradientNorm > 0 else { return nil }
    return trust * weightNorm / (gradientNorm + decay * weightNorm + 1e-9)
  }

  private func withMoment(
    _ kind: String, of name: String, _ shape: Shape, _ body: (UnsafeMutablePointer<Float>) -> Void
  ) {
    let key = "\(kind).\(name)"
    // Taken out while it is changed, so that its storage is its own.
    var moment = moments.removeValue(forKey: key) ?? Tensor(zeros: shape)
    moment.withMutableFloats { body($0.baseAddress!) }
    moments[key] = moment
  }
}

extension Optimizer {
  /// Moments and step counts by name, for a checkpoint.
  public var state: [String: Tensor] {
    var state = moments
    for (name, count) in updates { state["updates.\(name)"] = Tensor([Float(count)], shape: [1]) }
    return state
  }

  /// Takes up a saved state.
  public func restore(_ state: [String: Tensor]) {
    moments = state.filter { !$0.key.hasPrefix("updates.") }
    updates = [:]
    for (key, count) in state where key.hasPrefix("updates.") {
      updates[String(key.dropFirst("updates.".count))] = Int(count.item)
    }
  }
}
