import Records

/// What keeps a run out of the record, or would have to.
extension RunManifest {
  /// Why a run made like this may not stand in that part of the record of `experiment`.
  package func provenanceProblems(
    inRecordOf experiment: Declaration, part: RecordPart = .main
  ) -> [String] {
    var problems = part == .gates ? gateProblems(of: experiment) : []
    let changes = overrides.filter { part == .main || $0 != Override.holdingOutTail.description }
    if !changes.isEmpty { problems.append("made with --set \(changes.joined(separator: " "))") }
    if commit == nil {
      problems.append(
        "made by a program that was built outside a git repository, so that its code is not known")
    } else if isDirty {
      problems.append(
        "made from files that differ from commit \((commit ?? "").prefix(10)); run it in a clean clone")
    }
    switch experiment.scale {
    case .smoke: problems.append("smoke runs are tests, not results")
    case .demo: problems.append("demo runs show that training works here; they are no results")
    case .reduced, .paper: break
    }
    if data.isSynthetic { problems.append("made on synthetic images") }
    if data.isOwn {
      problems.append("made on images of one's own (\(data.kind)), which no claim of the record is about")
    }
    if inflation?.isSynthetic == true { problems.append("made with synthetic images added") }
    if identity.experiment != experiment.name || identity.scale != experiment.scale {
      problems.append(
        "a run of \(identity.experiment) at \(identity.scale.rawValue) scale lies in the wrong folder")
    }
    return problems
  }

  /// Why it is none of the runs that the experiment's gates ask for.
  private func gateProblems(of experiment: Declaration) -> [String] {
    var problems: [String] = []
    if !identity.dataset.holdsOutTail { problems.append("measured on test images, not on held-out ones") }
    if !Gate.seeds.contains(identity.seed) {
      problems.append("gates are judged by seeds \(Gate.seeds.lowerBound) to \(Gate.seeds.upperBound)")
    }
    if identity.version == experiment.version, !experiment.gateArms.contains(identity.arm) {
      problems.append("no gate names the arm “\(identity.arm)”")
    }
    return problems
  }

  /// Whether a gate of `experiment` asks for a run of this arm and seed.
  package func isAsked(byGatesOf experiment: Declaration) -> Bool {
    Gate.seeds.contains(identity.seed) && experiment.gateArms.contains(identity.arm)
  }

  /// How its version differs from that of the code; `nil` when it does not.
  package func versionProblem(under experiment: Declaration) -> String? {
    identity.version == experiment.version
      ? nil : "version \(identity.version), but the code is at version \(experiment.version); run it again"
  }

  /// How what the experiment claimed when a run of the code's version began differs from what it claims now; `nil` when it
  /// does not, and in files older than the digests.
  package func claimProblem(under experiment: Declaration) -> String? {
    guard let claims else { return nil }
    let (then, now) = (Set(claims), Set(claimDigests(of: experiment.claims)))
    if then == now { return nil }
    func told(_ digests: Set<ClaimDigest>) -> String {
      digests.isEmpty
        ? "nothing"
        : digests.sorted { $0.digest < $1.digest }.map { "“\($0.claim)” (\($0.digest))" }
          .joined(separator: ", ")
    }
    return "begun when the experiment claimed \(told(then.subtracting(now))), and now it claims "
      + "\(told(now.subtracting(then))): a claim is fixed before its runs, so run it again"
  }

  /// How a run of the code's version, in that part of the record, differs from what the code says its arm is.
  package func configurationProblems(under experiment: Declaration, part: RecordPart = .main) -> [String] {
    guard let arm = experiment.arm(named: identity.arm) else {
      return ["the experiment has no arm “\(identity.arm)”"]
    }
    var problems: [String] = []
    var dataset = experiment.dataset
    if part == .gates { dataset.holdsOutTail = true }
    if identity.dataset != dataset {
      problems.append("trained on another part of the data than the experiment's")
    }
    if identity.pretrainingClasses != arm.pretrainingClasses {
      problems.append("trained on the images of other classes than those of arm “\(arm.name)”")
    }
    if identity.inflation != arm.inflation {
      problems.append("trained with other images added than those of arm “\(arm.name)”")
    }
    var plan = identity.plan
    plan.precision = arm.plan.precision
    let own = JSONValue.object(["plan": JSONValue(encoding: plan), "method": identity.hyperparameters])
    let differences = own.differences(
      from: .object(["plan": JSONValue(encoding: arm.plan), "method": arm.hyperparameters]))
    if !differences.isEmpty {
      problems.append(
        "its configuration is not that of arm “\(arm.name)” at version \(experiment.version): "
          + differences.map { "\($0.path) is \($0.own ?? .null), not \($0.other ?? .null)" }
          .joined(separator: ", "))
    }
    return problems
  }
}
