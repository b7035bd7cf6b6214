import NeuralNetworks
import Pretraining

extension Arm {
  /// The reference `supervised`, a ceiling for features: `network` without batch-norm groups, trained with labels.
  public static func supervised(
    _ network: ResNet.Configuration, classCount: Int, plan: TrainingPlan
  ) -> Arm {
    var ungrouped = network
    ungrouped.normalizationGroups = 1
    return Arm(
      "supervised", role: .reference,
      hyperparameters: NetworkAndMethod(ungrouped, Supervised.Hyperparameters()), plan: plan, usesLabels: true
    ) { constants, random in
      Supervised(constants.network, classCount: classCount, constants.method, using: &random)
    }
  }
}
