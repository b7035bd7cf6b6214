extension Collection where Element == String {
  /// Those that `name` was probably meant to be, best first: few typing errors away, containing it, or beginning as it
  /// does for at least half of it.
  public func nearest(to name: String, limit: Int = 3) -> [String] {
    let wanted = name.lowercased()
    let mostErrors = Swift.max(2, name.count / 3)
    let scored = map { candidate -> (name: String, distance: Int) in
      let candidateKey = candidate.lowercased()
      let isPart = wanted.count > 1 && candidateKey.contains(wanted)
      if isPart { return (candidate, 0) }
      let distance = wanted.editDistance(to: candidateKey)
      let shared = zip(wanted, candidateKey).prefix { $0 == $1 }.count
      // A shared beginning is a weaker sign than a few wrong letters.
      let beginsAlike = shared >= 4 && 2 * shared >= wanted.count
      return (candidate, beginsAlike ? Swift.min(distance, mostErrors) : distance)
    }
    return
      scored.filter { $0.distance <= mostErrors }
      .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(limit).map(\.name)
  }

  /// The same for dotted paths, of which `key` may be the end.
  package func nearest(toKey key: String, limit: Int = 3) -> [String] {
    let depth = key.split(separator: ".").count
    let ends = Dictionary(
      map { path in (path.split(separator: ".").suffix(depth).joined(separator: "."), path) },
      uniquingKeysWith: { first, _ in first })
    return Array(ends.keys).nearest(to: key, limit: limit).compactMap { ends[$0] }
  }

  /// The names as alternatives in a sentence.
  public var asChoice: String {
    let quoted = map { "“\($0)”" }
    return quoted.count < 2
      ? quoted.joined() : quoted.dropLast().joined(separator: ", ") + " or " + quoted.last!
  }
}

extension String {
  /// How many letters must be inserted, deleted, replaced or swapped with their neighbour to make `other`.
  public func editDistance(to other: String) -> Int {
    let (source, target) = (Array(self), Array(other))
    var rows = [Array(0...target.count)]
    for i in 1..<(source.count + 1) {
      var row = [i]
      for j in 1..<(target.count + 1) {
        let replaced = rows[i - 1][j - 1] + (source[i - 1] == target[j - 1] ? 0 : 1)
        var best = Swift.min(rows[i - 1][j] + 1, row[j - 1] + 1, replaced)
        if i > 1, j > 1, source[i - 1] == target[j - 2], source[i - 2] == target[j - 1] {
          best = Swift.min(best, rows[i - 2][j - 2] + 1)
        }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[source.count][target.count]
  }
}
