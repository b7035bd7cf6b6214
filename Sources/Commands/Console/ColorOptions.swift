import ArgumentParser

/// Whether results are coloured.
struct ColorOptions: ParsableArguments {
  @Option(help: "Colour results: auto (on a terminal, unless NO_COLOR is set), always or never.")
  var color = Console.Color.auto

  /// Colours results from now on as was asked for.
  func apply() { Console.use(color) }
}

extension Console.Color: ExpressibleByArgument {}
