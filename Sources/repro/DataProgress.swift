import Vision

/// Tells how a download goes on: in place on a terminal, one line per change elsewhere.
enum DataProgress {
  static func show(_ event: DataStoreEvent) {
    if event.isTransient {
      if Console.isTerminal { Console.draw("\r\u{1B}[K\(event)") }
    } else {
      if Console.isTerminal { Console.draw("\r\u{1B}[K") }
      Console.note("\(event)")
    }
  }
}
