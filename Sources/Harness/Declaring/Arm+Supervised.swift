import Evaluation
import NeuralNetworks
import Pretraining
import Vision

extension Arm {
  /// The reference `supervised`, a ceiling for features: `network` without batch-norm groups, trained with labels; or the
  /// same on the images of some classes, under another name.
  public static func supervised(
    _ network: ResNet.Configuration, classCount: Int, plan: TrainingPlan, name: String = "supervised",
    role: Role = .reference, pretrainingClasses: ClassHalf? = nil, evaluations: [any Evaluation] = []
  ) -> Arm {
    var ungrouped = network
    ungrouped.normalizationGroups = 1
    return Arm(
      name, role: role, hyperparameters: NetworkAndMethod(ungrouped, Supervised.Hyperparameters()),
      plan: plan, usesLabels: true, pretrainingClasses: pretrainingClasses,
      evaluations: evaluations
    ) { constants, seen, random in
      Supervised(
        constants.network, classCount: seen?.classCount ?? classCount, constants.method, using: &random)
    }
  }
}
