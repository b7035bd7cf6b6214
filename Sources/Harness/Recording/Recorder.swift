import Foundation

/// Adds finished runs to the committed record.
public struct Recorder {
  /// What became of the runs that were looked at.
  public struct Outcome: Sendable, Equatable {
    /// A run that was not recorded.
    public struct Refused: Sendable, Equatable, CustomStringConvertible {
      /// Its folder, and why.
      public let path: String, reason: String

      /// The folder and the reason, in one line.
      public var description: String { "\(path): \(reason)" }
    }

    /// The runs added now, and those that were there already.
    public var added: [RunKey] = [], known: [RunKey] = []
    /// The runs on record that more is measured of by now.
    public var extended: [RunKey] = []
    /// The runs not recorded.
    public var refused: [Refused] = []
    /// The runs of earlier versions taken out of the record.
    public var superseded: [RunKey] = []
    /// Why it was not looked up whether runs' commits are this repository's, where it was not.
    public var commitsNotChecked: String?
    /// The runs added now in which an alarm rang, or which diverged: they count like any other.
    public var alarmed: [RunKey] = []
    /// What the runs added now were computed in, where others on record were computed otherwise.
    public var arithmetic: Set<String> = []

    /// Adds what became of the runs of another part of the record.
    fileprivate mutating func add(_ other: Outcome) {
      added += other.added
      known += other.known
      extended += other.extended
      refused += other.refused
      superseded += other.superseded
      alarmed += other.alarmed
      arithmetic.formUnion(other.arithmetic)
      commitsNotChecked = commitsNotChecked ?? other.commitsNotChecked
    }
  }

  private let experiment: Declaration
  private let part: RecordPart
  private let root: URL
  private let folder: ResultsFolder
  private var results: RecordedResults
  private var texts: [String: Data] = [:]
  private var answers: [String: Data] = [:]
  private var pictures: [(name: String, content: Data)] = []
  private var outcome = Outcome()
  private let commits: KnownCommits

  /// Adds the finished runs of `experiment` under `runs` to the record under `root`.
  ///
  /// Recording the same runs again changes no byte. A run that was recorded before some evaluation existed, and was
  /// measured by it since, gets the new rows; its old ones have to be those on record. Runs that are unfinished,
  /// modified, synthetic, from changed files or of another version, configuration or claim are refused with the reason;
  /// what came out of a run is none. Of runs that were measured on held-out images those that a gate asks for are taken
  /// into the record's `gates`, and the others passed over. The caller holds the `RecordLock` until everything is rendered.
  /// Throws when the record itself cannot be read or written.
  public static func record(
    _ experiment: Declaration, from runs: URL, root: URL
  ) async throws -> Outcome {
    var gates = try Recorder(experiment, part: .gates, root: root)
    try await gates.take(RunFolder.heldOut(of: experiment.name, scale: experiment.scale, under: runs))
    var recorder = try Recorder(experiment, part: .main, root: root)
    try await recorder.take(runs.appending(components: experiment.name, experiment.scale.rawValue))
    recorder.outcome.add(gates.outcome)
    return recorder.outcome
  }

  private init(_ experiment: Declaration, part: RecordPart, root: URL) throws {
    self.experiment = experiment
    self.part = part
    self.root = root
    commits = KnownCommits(root: root)
    folder = ResultsFolder(
      root.appending(component: "Results"), experiment: experiment.name, scale: experiment.scale
    ).part(part)
    results = try RecordedResults(readingFrom: folder)
  }

  /// Takes the finished runs below `folder` into this part of the record.
  private mutating func take(_ folder: URL) async throws {
    for run in RunFolder.all(under: folder) where isMeant(run) { await consider(run) }
    if !outcome.added.isEmpty { dropEarlierVersions() }
    try write()
  }

  /// Whether a run asks to be recorded: whoever measures on held-out images does so for many reasons.
  private func isMeant(_ run: RunFolder) -> Bool {
    part == .main
      || (try? RunManifest(contentsOf: run.manifest))?.isAsked(byGatesOf: experiment) == true
  }

  // MARK: What to keep

  private mutating func dropEarlierVersions() {
    let current = experiment.version
    let old = results.manifests.filter { $0.identity.version < current }
    let names = Set(old.map(\.run))
    results.manifests.removeAll { names.contains($0.run) }
    results.scores.removeAll { names.contains($0.key.run) }
    results.curves.removeAll { names.contains($0.key.run) }
    results.acknowledgements.removeAll { names.contains($0.run) }
    outcome.superseded = old.map(\.key)
  }

  private mutating func consider(_ run: RunFolder) async {
    let path = run.url.path
    do {
      let found = try Finished(run, picturedSeed: experiment.claims[0].firstSeed)
      if let reason = try await refusal(of: found) {
        outcome.refused.append(Outcome.Refused(path: path, reason: reason))
      } else if let recorded = Finished(found.manifest.run, in: results) {
        if found.holdsMore(than: recorded) {
          extend(with: found)
        } else {
          outcome.known.append(recorded.manifest.key)
        }
      } else {
        let identity = found.manifest.identity
        if found.manifest.steps > 0,
          let other = results.arithmetic(beside: identity.plan.precision, version: identity.version)
        {
          outcome.arithmetic.insert(other)
        }
        add(found)
        outcome.added.append(found.manifest.key)
        if found.manifest.alarms?.isEmpty == false { outcome.alarmed.append(found.manifest.key) }
      }
    } catch {
      outcome.refused.append(Outcome.Refused(path: path, reason: "\(error)"))
    }
  }

  private mutating func refusal(of found: Finished) async throws -> String? {
    if let problem = try found.problem(as: experiment, part: part)
      ?? found.manifest.inflationProblem(root: root) ?? conflict(with: found)
    {
      return problem
    }
    let looked = await commits.look(at: found.manifest)
    outcome.commitsNotChecked = outcome.commitsNotChecked ?? looked.notChecked
    return looked.problem
  }

  /// What of the record stands against adding these rows.
  private func conflict(with found: Finished) -> String? {
    let manifest = found.manifest
    let current = manifest.identity.version
    if let newer = results.manifests.first(where: { $0.identity.version > current }) {
      return "the record is of version \(newer.identity.version), but the code is at version \(current)"
    }
    if let same = Finished(manifest.run, in: results) {
      return same.manifest.rowsDigest == manifest.rowsDigest || found.holdsMore(than: same)
        || same.holdsMore(than: found)
        ? nil
        : "run \(manifest.run) is on record with other numbers (\(same.manifest.threads) threads there, "
          + "\(manifest.threads) here); remove one of them"
    }
    if let mixed = results.manifests.first(where: { $0.addsOtherImages(than: manifest) }) {
      return
        "the images that were added to it are not those of run \(mixed.run), which is on record; remove one of them"
    }
    if let problem = pairProblem(of: manifest) { return problem }
    let other = results.manifests.first {
      $0.identity.arm == manifest.identity.arm && $0.identity.seed == manifest.identity.seed
        && $0.identity.version == current
    }
    return other.map {
      "arm “\($0.identity.arm)” with seed \($0.identity.seed) is on record as run \($0.run) "
        + "(\($0.identity.plan.precision.rawValue), data \($0.data.kind)); remove that one first"
    }
  }

  /// Why a run would make no pair with the record's of its seed: both compute in the same numbers, or no table can be made.
  private func pairProblem(of manifest: RunManifest) -> String? {
    func isFree(_ arm: String) -> Bool {
      experiment.arms.first { $0.name == arm }?.plan.precision == .automatic
    }
    let (own, current) = (manifest.identity, manifest.identity.version)
    guard isFree(own.arm) else { return nil }
    let other = results.manifests.map(\.identity).first {
      $0.seed == own.seed && $0.version == current && $0.arm != own.arm && isFree($0.arm)
        && $0.plan.precision != own.plan.precision
    }
    return other.map {
      "it computed in \(own.plan.precision.rawValue), but arm “\($0.arm)” of the same seed is on record in "
        + "\($0.plan.precision.rawValue), and a pair has to agree: run this seed on a machine that computes in "
        + "\($0.plan.precision.rawValue), and here seeds that are not on record"
    }
  }

  private mutating func add(_ found: Finished) {
    results.manifests.append(found.manifest)
    results.scores += found.scores
    results.curves += found.curves
    texts[found.manifest.run] = found.text
    if !found.answers.isEmpty {
      answers[found.manifest.run] = Data(AnswerRow.table(of: found.answers).utf8)
    }
    pictures += found.pictures
  }

  private mutating func extend(with found: Finished) {
    let run = found.manifest.run
    results.manifests.removeAll { $0.run == run }
    results.scores.removeAll { $0.key.run == run }
    results.curves.removeAll { $0.key.run == run }
    add(found)
    outcome.extended.append(found.manifest.key)
  }

  // MARK: Writing

  private mutating func write() throws {
    if outcome.added.isEmpty && outcome.extended.isEmpty { return }
    results.sort()
    try makeFolder(folder.manifests)
    for (run, text) in texts.sorted(by: { $0.key < $1.key }) {
      try writeAtomically(text, to: folder.manifest(run))
    }
    try writeAtomically(Data(ScoreRow.table(of: results.scores).utf8), to: folder.scores)
    try writeAtomically(Data(CurveRow.table(of: results.curves).utf8), to: folder.curves)
    if !pictures.isEmpty { try makeFolder(folder.figures) }
    for (name, content) in pictures {
      try writeAtomically(content, to: folder.figures.appending(component: name))
    }
    try folder.write(results.acknowledgements)
    for (run, text) in answers.sorted(by: { $0.key < $1.key }) {
      try makeFolder(folder.answers)
      try writeAtomically(text, to: folder.answers(run))
    }
    for key in outcome.superseded {
      for file in [folder.manifest(key.run), folder.answers(key.run)] {
        try? FileManager.default.removeItem(at: file)
      }
    }
  }
}

extension RunManifest {
  /// Whether both runs of one version added images from one source, but not the same.
  fileprivate func addsOtherImages(than other: RunManifest) -> Bool {
    identity.version == other.identity.version
      && identity.inflation?.source == other.identity.inflation?.source
      && identity.inflationDigest != other.identity.inflationDigest
  }
}

extension RecordedResults {
  /// Orders the rows by arm, seed and run; a run's own rows stay in their order.
  mutating func sort() {
    func order(_ key: RunKey) -> (String, UInt64, String) { (key.arm, key.seed, key.run) }
    func sorted<Row>(_ rows: [Row], _ key: (Row) -> RunKey) -> [Row] {
      rows.enumerated()
        .sorted { a, b in
          let (first, second) = (order(key(a.element)), order(key(b.element)))
          return first == second ? a.offset < b.offset : first < second
        }
        .map(\.element)
    }
    scores = sorted(scores, \.key)
    curves = sorted(curves, \.key)
    manifests = sorted(manifests, \.key)
  }
}

/// A run that may be ready for the record.
private struct Finished {
  let manifest: RunManifest
  /// The file of the manifest, byte for byte.
  let text: Data
  let scores: [ScoreRow]
  let curves: [CurveRow]
  let answers: [AnswerRow]
  let pictures: [(name: String, content: Data)]

  /// The run as it is on record; `nil` when it is not.
  init?(_ run: String, in results: RecordedResults) {
    guard let manifest = results.manifests.first(where: { $0.run == run }) else { return nil }
    self.manifest = manifest
    text = manifest.json
    scores = results.scores.filter { $0.key.run == run }
    curves = results.curves.filter { $0.key.run == run }
    (answers, pictures) = ([], [])
  }

  /// Whether this is the same training with every row of `other`, and rows of further evaluations.
  func holdsMore(than other: Finished) -> Bool {
    let measured = Set(other.scores.map(\.evaluation))
    return manifest.threads == other.manifest.threads && curves == other.curves
      && scores.count > other.scores.count
      && scores.filter { measured.contains($0.evaluation) } == other.scores
  }

  init(_ folder: RunFolder, picturedSeed: UInt64) throws {
    manifest = try RunManifest(contentsOf: folder.manifest)
    guard manifest.isFinished else { throw RunProblem(Self.unfinished(manifest)) }
    text = try Data(contentsOf: folder.manifest)
    scores = try ScoreRow.read(from: folder.scores)
    // A network that is not trained has no curves.
    let hasCurves = FileManager.default.fileExists(atPath: folder.curves.path)
    curves = hasCurves ? try CurveRow.read(from: folder.curves) : []
    answers = try folder.storedAnswers()
    let key = manifest.key
    pictures =
      try key.seed == picturedSeed
      ? folder.storedPictures.map { picture in
        (RecordedPicture.name(of: picture, key), try Data(contentsOf: picture))
      } : []
  }

  private static func unfinished(_ manifest: RunManifest) -> String {
    manifest.status == .failed
      ? "the run failed: \(manifest.failure ?? "no reason given")"
      : "the run is not finished; run it again and it goes on"
  }

  /// Why these rows may not stand in that part of the record of `experiment`; `nil` when they may.
  func problem(as experiment: Declaration, part: RecordPart) -> String? {
    manifest.provenanceProblems(inRecordOf: experiment, part: part).first
      ?? manifest.versionProblem(under: experiment)
      ?? manifest.configurationProblems(under: experiment, part: part).first
      ?? manifest.claimProblem(under: experiment) ?? problemWithRows
  }

  private var problemWithRows: String? {
    if scores.isEmpty { return "it has no scores" }
    if (scores.map(\.key) + curves.map(\.key) + answers.map(\.key)).contains(where: { $0 != manifest.key }) {
      return "its tables hold rows of another run"
    }
    if RowsDigest.of(scores: scores, curves: curves) != manifest.rowsDigest {
      return UnvouchedRows.reason
    }
    if RowsDigest.of(answers: answers) != manifest.answersDigest {
      return "its answers are not those its run.json vouches for: the table was edited"
    }
    if let contradiction = answers.lazy.compactMap({ $0.contradiction(with: scores) }).first {
      return contradiction
    }
    if (scores.map(\.value) + curves.map(\.value)).contains(where: { !$0.isFinite }) {
      return "a number in its tables is not finite"
    }
    return nil
  }
}
