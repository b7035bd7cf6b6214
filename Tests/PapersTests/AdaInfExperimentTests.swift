import Foundation
import Testing
import Vision

@testable import AdaInfPaper
@testable import Harness
@testable import Pretraining
@testable import Records
@testable import Tensors

@Suite struct AdaInfExperimentTests {
  func arms(_ scale: Scale) -> [String: Arm] { AdaInfOnCIFAR10(scale: scale).armsByName }

  @Test(arguments: Scale.allCases) func armsDifferInWhatTheySay(scale: Scale) throws {
    let arms = arms(scale)
    let base = try #require(arms["AdaInf"])
    let views: Set<String> = [
      "hyperparameters.views.smallestCrop", "hyperparameters.views.jitterProbability",
      "hyperparameters.views.brightness", "hyperparameters.views.contrast",
      "hyperparameters.views.saturation",
      "hyperparameters.views.hue",
    ]
    for arm in arms.values where arm.role == .headline || arm.role == .exploratory {
      try arm.check(imageCount: 1_000)
      // Every arm takes equally many steps, whatever it adds, but for the one that asks whether more would help.
      let lengths = arm.name == "no inflation, twice the steps" ? 2 : 1
      #expect(arm.plan.epochs == lengths * base.plan.epochs)
      #expect(arm.plan.imagesPerEpoch == base.plan.imagesPerEpoch)
      guard arm.hyperparameters is Constants<Contrast> else { continue }
      let isWeak = arm.name.contains("AdaInf") || arm.name.contains("weak augmentation")
      let length: Set = lengths == 1 ? [] : ["plan.epochs"]
      #expect(differences(arm, base) == length.union(isWeak ? [] : views), "\(arm.name)")
    }
    #expect(
      Set(arms.values.filter { $0.role == .headline }.map(\.name)) == [
        "no inflation", "vanilla inflation", "AdaInf", "no inflation, weak augmentation",
        "vanilla inflation, weak augmentation",
      ])
    #expect(arms.values.filter(\.usesLabels).map(\.name) == ["supervised"])
    #expect(arms["no inflation, weak augmentation"]?.inflation == nil, "the control")
  }

  @Test func realImagesAreAThirdWhereTheyAreWeighted() throws {
    let (arms, own) = (arms(.reduced), 1_000)
    func inflation(_ name: String) throws -> Inflation { try #require(arms[name]?.inflation, "\(name)") }
    func share(_ name: String) throws -> Double {
      let inflation = try inflation(name)
      let weighted = own * inflation.ownWeight
      return Double(weighted) / Double(weighted + (try #require(inflation.count)))
    }
    #expect(abs(try share("AdaInf") - 1.0 / 3) < 1e-12)
    #expect(abs(try share("vanilla inflation") - 1.0 / 21) < 1e-12)
    #expect(abs(try share("weighted inflation, standard augmentation") - 1.0 / 3) < 1e-12)
    #expect(abs(try share("AdaInf, oracle generator") - 1.0 / 3) < 1e-12)
    #expect(try inflation("AdaInf, oracle generator").source == .unused)
    #expect(try inflation("AdaInf, early generator").source == .generatedEarly)
    #expect(try inflation("AdaInf, real images counting 30 times").ownWeight == 30)
    #expect(try inflation("AdaInf, a quarter of the generated images").count == 5_000)
    #expect(try inflation("BYOL, vanilla inflation") == inflation("vanilla inflation"))
    #expect(arms["Barlow Twins, no inflation"]?.inflation == nil)
    #expect(try inflation("MoCo v2, AdaInf") == inflation("AdaInf"))
  }

  /// Two claims, of which the second rests on photographs alone, and gates that no generator takes part in.
  @Test func whatIsJudgedAndTriedIsDeclared() throws {
    let experiment = AdaInfOnCIFAR10(scale: .reduced)
    try experiment.checkDeclarations()
    try AdaInfOnCIFAR100(scale: .reduced).checkDeclarations()
    let arms = experiment.armsByName
    #expect(experiment.claims.count == 2 && experiment.claims.allSatisfy { $0.firstSeed == 10 })
    let photographs =
      experiment.claims[1].comparisons[0].arms
      + Declaration(experiment, scale: .reduced).gateArms
    for name in photographs { #expect([nil, .unused].contains(arms[name]?.inflation?.source), "\(name)") }
    #expect(experiment.claims[0].comparisons.map(\.baseline) == ["vanilla inflation", "no inflation"])
    let four = [
      "no inflation", "no inflation, weak augmentation", "vanilla inflation, oracle generator",
      "vanilla inflation, weak augmentation, oracle generator",
    ]
    #expect(Set(experiment.claims[1].comparisons[0].arms) == Set(four))
    for name in four { #expect(arms[name]?.inflation?.ownWeight ?? 1 == 1, "nothing but the views") }
    let plan = try #require(arms["AdaInf"]).plan
    #expect(plan.epochs * plan.stepsPerEpoch(over: 0) == 3_000)
  }

  @Test func thePaperScaleIsTheReleasedConfiguration() throws {
    let arms = arms(.paper)
    let arm = try #require(arms["AdaInf"])
    #expect(arm.plan.epochs * arm.plan.stepsPerEpoch(over: 0) == 100_000 && arm.plan.batchSize == 512)
    #expect(arm.plan.schedule == .cosine(warmupEpochs: 10))
    #expect(
      arm.plan.optimizer == .larc(learningRate: 0.4, momentum: 0.9, weightDecay: 1e-4, trust: 0.02))
    #expect(
      arms["BYOL, AdaInf"]?.plan.optimizer
        == .larc(learningRate: 1, momentum: 0.9, weightDecay: 1e-5, trust: 0.02))
    #expect(arm.inflation == Inflation(.generated, count: 1_000_000, ownWeight: 10))
    let constants = try #require(arm.hyperparameters as? Constants<Contrast>)
    #expect(constants.method.temperature == 0.2 && constants.method.embeddingDimension == 256)
    #expect(!arms.keys.contains { $0.contains("oracle") }, "nothing is left out of the whole data set")
  }

  /// The table of the released configurations.
  @Test func viewsAreThoseOfTheReleasedConfigurations() {
    func row(_ views: Views) -> [Float] {
      [
        views.smallestCrop, views.jitterProbability, views.brightness, views.contrast, views.saturation,
        views.hue,
        views.grayscaleProbability, views.blurProbability, views.solarizeProbability,
      ]
    }
    #expect(row(.symmetric) == [0.08, 0.8, 0.8, 0.8, 0.8, 0.2, 0.2, 0.5, 0])
    #expect(row(.momentum) == [0.08, 0.8, 0.4, 0.4, 0.4, 0.1, 0.2, 0.5, 0])
    #expect(row(.asymmetric) == [0.08, 0.8, 0.4, 0.4, 0.2, 0.1, 0.2, 0, 0.2])
    let adaInf: [Float] = [0.2, 0.4, 0.4, 0.4, 0.4, 0.1, 0.2, 0.5, 0]
    #expect(row(Views.symmetric.augmented(.weak)) == adaInf)
    #expect(row(Views.momentum.augmented(.weak)) == adaInf)
    #expect(row(Views.asymmetric.augmented(.weak)) == [0.2, 0.4, 0.4, 0.4, 0.2, 0.1, 0.2, 0, 0.2])
    #expect(Views.asymmetric.augmented(.standard) == .asymmetric)
    let steps = Views.asymmetric.augmentations(side: 32).map { $0.steps.map { "\(type(of: $0))" } }
    let common = ["RandomResizedCrop", "ColorJitter", "Grayscale"]
    #expect(steps == [common + ["HorizontalFlip"], common + ["Solarize", "HorizontalFlip"]])
  }

  @Test func everyMethodIsGivenItsViews() throws {
    let arms = arms(.smoke)
    let kinds: [(String, Views)] = [
      ("", .symmetric), ("MoCo v2, ", .momentum), ("BYOL, ", .asymmetric), ("Barlow Twins, ", .asymmetric),
    ]
    for (prefix, views) in kinds {
      for (name, augmenting) in [("no inflation", AdaInf.Augmenting.standard), ("AdaInf", .weak)] {
        let arm = try #require(arms[prefix + name])
        var random = Random(seed: 0, stream: "weights")
        let method = arm.makeMethod(&random)
        let expected = views.augmented(augmenting).augmentations(side: 32)
        #expect(
          method.augmentations.map { "\($0.steps)" } == expected.map { "\($0.steps)" }, "\(arm.name)")
        #expect(
          "\(type(of: method))"
            == (prefix.isEmpty
              ? "SimCLR" : ["MoCo v2, ": "MoCo", "BYOL, ": "BYOL", "Barlow Twins, ": "BarlowTwins"][prefix]!))
      }
    }
  }

  @Test func impossibleViewsAreRefused() {
    let cases: [(String, (inout Views) -> Void)] = [
      ("smallestCrop", { $0.smallestCrop = 0 }), ("brightness", { $0.contrast = -1 }),
      ("hue", { $0.hue = 0.6 }),
      ("jitterProbability", { $0.jitterProbability = 2 }),
      ("solarizeProbability", { $0.solarizeProbability = -1 }),
    ]
    #expect(Views.symmetric.problem == nil)
    for (name, change) in cases {
      var views = Views.symmetric
      change(&views)
      #expect(views.problem?.hasPrefix(name) == true, "\(name)")
    }
  }

  @Test func theGridHoldsBothRulesAloneAndTogether() throws {
    let experiment = AdaInfOnCIFAR10(scale: .reduced)
    let (grid, arms) = (experiment.grids[0], experiment.armsByName)
    for (row, inflating) in zip(grid.arms, AdaInf.Inflating.allCases) {
      for (name, augmenting) in zip(row, AdaInf.Augmenting.allCases) {
        let arm = try #require(arms[name], "\(name)")
        let constants = try #require(arm.hyperparameters as? Constants<Contrast>)
        #expect(constants.views == Views.symmetric.augmented(augmenting))
        let weight = inflating == .none ? nil : inflating == .vanilla ? 1 : 10
        #expect(arm.inflation?.ownWeight == weight)
      }
    }
    let named =
      experiment.tables.flatMap { $0.columns.isEmpty ? [] : $0.arms.map(\.arm) } + grid.arms.flatMap { $0 }
    for name in named { #expect(arms[name] != nil, "\(name) is no arm") }
  }

  @Test func theOtherDataSetHasTheSameHeadline() throws {
    let (ten, hundred) = (AdaInfOnCIFAR10(scale: .reduced), AdaInfOnCIFAR100(scale: .reduced))
    for arm in hundred.arms {
      let twin = try #require(ten.armsByName[arm.name])
      #expect(differences(arm, twin).isEmpty && arm.inflation == twin.inflation)
    }
    #expect(hundred.dataset.percent == 2 && hundred.dataset.name == .cifar100)
  }

  /// Both headline arms that add images, one of each other method, and the oracle, at smoke scale to their scores.
  @Test func runsFromEndToEnd() throws {
    let experiment = AdaInfOnCIFAR10(scale: .smoke)
    let output = FileManager.default.temporaryDirectory.appending(component: "adainf-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: output) }
    let dataset = DatasetReference.shapes.scarce(percent: 5).first(60)
    let all = try dataset.load(from: output)
    let images = ImageCollection(
      pretraining: all.pretraining, training: all.training, test: all.test.subset(0..<100),
      identity: all.identity, unused: all.unused?.subset(0..<500))
    let names = [
      "no inflation", "AdaInf", "AdaInf, oracle generator", "MoCo v2, AdaInf", "BYOL, AdaInf",
      "Barlow Twins, vanilla inflation",
    ]
    let found = ImageSource.Found(
      experiment: experiment, scale: .smoke, dataset: dataset, images: images, excuse: nil)
    let arms = try experiment.arms(named: names)
    let offered = try InflationFiles(runs: output).offering(to: arms, in: found)
    let request = Runner.Request(
      scale: .smoke, arms: arms, seeds: [0], dataset: dataset, output: output, threads: WorkerPool.threads)
    let outcomes = try Runner(
      experiment, request, images: offered.images,
      source: SourceState(commit: "0123456789", changedFiles: [])
    ) { _ in }.run()
    for outcome in outcomes {
      let name = outcome.run.arm.name
      #expect(outcome.manifest.status == .finished && outcome.manifest.steps == 16, "\(name)")
      let scores = try ScoreRow.read(from: outcome.run.folder.scores)
      #expect(
        scores.contains { $0.measure.name == "linear-v2 top1" && (0...100).contains($0.value) }, "\(name)")
      let losses = try CurveRow.read(from: outcome.run.folder.curves).filter { $0.metric == "loss" }
      #expect(losses.count == 2 && losses.allSatisfy { $0.value.isFinite }, "\(name)")
      #expect((outcome.manifest.inflation != nil) == (name != "no inflation"), "\(name)")
    }
  }
}
