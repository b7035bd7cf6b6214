import Vision

/// Tells how a download goes on: in place on a terminal, one line per change elsewhere.
enum DataProgress {
  static func show(_ event: DataStoreEvent) {
    if event.isTransient {
      Console.draw("\(event)")
    } else {
      Console.note("\(event)")
    }
  }
}
