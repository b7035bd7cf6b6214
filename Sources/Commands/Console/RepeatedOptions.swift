import ArgumentParser

/// Options that hold one value and were given two: the parser would take the last in silence.
enum RepeatedOptions {
  /// The options whose values add up.
  private static let lists: Set<String> = ["--arms", "--set", "--evaluations", "--mirror", "--seeds"]

  /// The first option in `arguments` that is given twice though it holds one value; `nil` where there is none.
  static func first(in arguments: [String]) -> String? {
    // A suite takes a number of seeds, not a list of them.
    var lists = arguments.first == "suite" ? Self.lists.subtracting(["--seeds"]) : Self.lists
    // A sweep takes the size of a cell and which of them.
    if arguments.first == "sweep" { lists.insert("--cell") }
    var seen: Set<String> = []
    for argument in arguments.prefix(while: { $0 != "--" }) where argument.hasPrefix("--") {
      let name = String(argument.prefix { $0 != "=" })
      if !lists.contains(name) && !seen.insert(name).inserted { return name }
    }
    return nil
  }
}
