extension NewPaper {
  static let experimentOnCIFAR10 = """
    import Evaluation
    import Harness
    import NeuralNetworks
    import Pretraining
    import Vision

    /// What is claimed, as a question?
    public struct «Name»OnCIFAR10: Experiment {
      public static let name = "«experiment»"
      public static let paper = Paper(
        "Title", authors: "First, Second", venue: "Venue 2000", arXiv: "0000.00000", folder: "«name»")
      public static let cost = "reduced: 12 epochs; not measured yet"
      public static let version = 1

      public let dataset: DatasetReference
      public let evaluations: [any Evaluation] = [NearestNeighbors(), LinearProbe()]
      public let claims = [
        Claim(
          "Holding embeddings apart improves the linear-probe accuracy of the features.",
          [Comparison("«Name»", over: "without spread", evaluation: "linear-v1")],
          equalWithin: 1, because: "say why two arms within so many points count as equal",
          provided: [.beats(floor: "random encoder")])
      ]
      private let encoder: ResNet.Configuration
      private let plan: TrainingPlan
      private let method: «Name».Hyperparameters

      public init(scale: Scale) {
        var method = «Name».Hyperparameters()
        var plan = TrainingPlan(
          epochs: 200, batchSize: 256, optimizer: .sgd(learningRate: 0.06, momentum: 0.9, weightDecay: 5e-4),
          schedule: .cosine())
        switch scale {
        case .paper:  // the published recipe
          (dataset, encoder) = (.cifar10, .resNet18())
        case .reduced:  // what is judged: minutes per arm and seed
          (dataset, encoder) = (.cifar10, .resNet18(width: 16))
          plan.epochs = 12
        default:  // seconds
          (dataset, encoder) = (.cifar10.first(512), .resNet18(width: 4))
          (plan.epochs, plan.batchSize, method.embeddingDimension) = (2, 64, 32)
        }
        (self.plan, self.method) = (plan, method)
      }

      public var arms: [Arm] {
        [
          arm("without spread") { $0.spreadWeight = 0 },
          arm("«Name»"),
          arm("random encoder", role: .reference, epochs: 0),
        ]
      }

      private func arm(
        _ name: String, role: Arm.Role = .headline, epochs: Int? = nil,
        _ change: (inout «Name».Hyperparameters) -> Void = { _ in }
      ) -> Arm {
        var (method, plan) = (method, plan)
        change(&method)
        plan.epochs = epochs ?? plan.epochs
        return Arm(name, role: role, hyperparameters: NetworkAndMethod(encoder, method), plan: plan) {
          constants, seen, random in
          «Name»(constants.network, constants.method, side: seen?.side ?? 32, using: &random)
        }
      }

      public var tables: [PaperTable] {
        [
          PaperTable(
            "CIFAR-10", published: "«name»/cifar10.csv", arms: ["without spread", "«Name»"],
            columns: [.init("linear top-1", evaluation: "linear-v1")])
        ]
      }
    }

    """

  static let tests = """
    import Harness
    import NeuralNetworks
    import Pretraining
    import «Name»Paper
    import TestSupport
    import Tensors
    import Testing
    import Vision

    struct «Name»Tests {
      // Modules imported above may have something of that name.
      typealias Method = «Name»Paper.«Name»

      func method() -> Method {
        var constants = Method.Hyperparameters()
        constants.embeddingDimension = 16
        var random = Random(seed: 0, stream: "weights")
        return Method(.resNet18(width: 4), constants, side: 16, using: &random)
      }

      func batch() -> Batch {
        let images = randomTensor([8, 16, 16, 3])
        let views = [1, 2].map { seed in
          Batch.View(images: images + 0.3 * randomTensor([8, 16, 16, 3], seed: seed), crops: [])
        }
        return Batch(views: views, indices: Array(0..<8))
      }

      /// The paper's equations in plain loops.
      @Test func theLossIsThePapers() {
        let (n, d) = (6, 4)
        let views = [randomTensor([n, d], seed: 1), randomTensor([n, d], seed: 2)]
        let z = views.map { $0.floats.map(Double.init) }
        var (agreement, spread) = (0.0, 0.0)
        for i in 0..<n * d { agreement += (z[0][i] - z[1][i]) * (z[0][i] - z[1][i]) / Double(n * d) }
        for view in z {
          for j in 0..<d {
            let column = (0..<n).map { view[$0 * d + j] }
            let mean = column.reduce(0, +) / Double(n)
            let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n - 1)
            spread += max(0, 1 - (variance + 1e-4).squareRoot()) / Double(d)
          }
        }
        let loss = Method.loss(views[0], views[1], λ: 3)
        expectClose(
          loss.terms.map(\\.value.item) + [loss.total.item],
          [agreement, spread, agreement + 3 * spread].map(Float.init), relative: 1e-4)
      }

      @Test func theLossIsDifferentiatedInBothViews() {
        expectGradients(shapes: [[6, 4], [6, 4]], draw: { 0.3 * $0.normal() }) {
          Method.loss($0[0].value, $0[1].value, λ: 3).total
        }
      }

      /// Everything that must get a gradient has one; say here, too, what must have none.
      @Test func everyParameterIsTrained() {
        let (method, batch) = (method(), batch())
        let start = TrainingProgress(step: 0, steps: 10, epoch: 0, epochs: 1)
        let (_, gradients) = withGradients(of: method.parameters) { method.loss(of: batch, at: start) }
        for (name, parameter) in method.namedParameters {
          #expect(gradients[parameter]?.floats.contains { $0 != 0 } == true, "\\(name) has no gradient")
        }
      }

      @Test(arguments: Scale.allCases) func everyArmCanBeTrained(scale: Scale) throws {
        let experiment = «Name»OnCIFAR10(scale: scale)
        for arm in experiment.arms { try arm.check() }
        let names = experiment.arms.map(\\.name)
        for name in experiment.claims.flatMap(\\.arms) { #expect(names.contains(name), "there is no “\\(name)”") }
      }
    }

    """
}
