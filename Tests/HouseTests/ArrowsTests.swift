import Testing

/// Which room of the house may see which: the package description has to say it, and the files have to keep to it.
struct ArrowsTests {
  /// From the ground up; a room sees only rooms of floors below its own.
  private static let floors: [[String]] = [
    [
      "Statistics", "Recipes", "CKernels", "COneDNN", "COpenBLAS", "CJPEG", "CPNG", "CZlib", "SourceStamp",
    ],
    ["Records", "CJPEGReader", "CPNGReader", "Tensors", "validate-verdicts"],
    ["Claims", "NeuralNetworks", "Vision"],
    ["Reporting", "Pretraining"],
    ["Evaluation", "Site"],
    ["Harness"],
    [
      "Checking", "Benchmarking", "Generation", "AdaInfPaper", "CO2Paper", "GSimCLRPaper", "PixProPaper",
      "RotNetPaper", "SimCLRPaper", "SwAVPaper",
    ],
    ["Commands"],
    ["repro"],
  ]

  @Test func theDescriptionIsRead() throws {
    let rooms = try Room.all()
    #expect(rooms.contains { $0.name == "COpenBLAS" } && rooms.contains { $0.name == "HouseTests" })
    let vision = try #require(rooms.first { $0.name == "Vision" })
    #expect(Set(vision.dependencies).isSuperset(of: ["Tensors", "Crypto"]))
    #expect(!vision.dependencies.contains("swift-crypto"))
    let co2 = try #require(rooms.first { $0.name == "CO2Paper" })
    let imports = try #require(try co2.imports())
    #expect(co2.path == "Experiments/CO2" && imports.contains("Harness"))
  }

  @Test func whatIsImportedIsDeclaredAndWhatIsDeclaredIsImported() throws {
    for room in try Room.all() {
      guard let imports = try room.imports() else { continue }
      let declared = Set(room.dependencies)
      let (undeclared, unused) = (imports.subtracting(declared), declared.subtracting(imports))
      #expect(
        undeclared.isEmpty,
        "\(room.path) imports \(undeclared.sorted()), which Package.swift does not declare")
      #expect(
        unused.isEmpty, "Package.swift declares \(unused.sorted()) for \(room.name), which imports none of it"
      )
    }
  }

  @Test func arrowsPointDown() throws {
    let floor = Dictionary(
      uniqueKeysWithValues: Self.floors.enumerated().flatMap { number, names in names.map { ($0, number) } })
    for room in try Room.all() where !room.path.hasPrefix("Tests/") {
      guard let own = floor[room.name] else {
        Issue.record("\(room.name) has no floor: give it one in ArrowsTests")
        continue
      }
      for other in room.dependencies {
        guard let below = floor[other] else { continue }
        #expect(below < own, "\(room.name) sees \(other), which is not below it")
      }
    }
  }

  /// A record, its verdicts and its reports have to come out on any machine, with nothing built that computes.
  @Test(arguments: ["Statistics", "Recipes", "Records", "Claims", "Reporting", "Site"])
  func whatIsSaidOfRunsSeesNoEngine(_ room: String) throws {
    let dependencies = Dictionary(
      uniqueKeysWithValues: try Room.all().map { ($0.name, $0.dependencies) })
    var (seen, next): (Set<String>, [String]) = ([], [room])
    while let name = next.popLast() {
      if seen.insert(name).inserted { next += dependencies[name] ?? [] }
    }
    #expect(dependencies[room] != nil)
    // What is found must be the whole way down.
    if ["Reporting", "Site"].contains(room) {
      #expect(seen.isSuperset(of: ["Claims", "Records", "Recipes", "Statistics"]))
    }
    let engine = [
      "CKernels", "COneDNN", "COpenBLAS", "CJPEG", "CJPEGReader", "CPNG", "CPNGReader", "CZlib", "Tensors",
      "NeuralNetworks", "Vision", "Pretraining", "Evaluation", "Harness",
    ]
    #expect(seen.isDisjoint(with: engine), "\(room) sees \(seen.intersection(engine).sorted())")
  }
}
