import Tensors

/// The accuracy of a vote among the training images whose features are closest in angle.
///
/// Wu, Xiong, Yu, Lin. “Unsupervised Feature Learning via Non-Parametric Instance Discrimination.” CVPR 2018,
/// arXiv:1805.01978, section 3.4: each of the k nearest votes for its label with weight exp(cosine / temperature).
/// A bank smaller than k votes as a whole. Equal similarities go to the earlier image, equal votes to the lower class.
public struct NearestNeighbors: Evaluation {
  /// How many neighbours vote; the first is the protocol's, others are recorded beside it.
  public let k: [Int]
  /// τ of the votes' weights.
  public let temperature: Float

  /// `knn-v1`, and `knn-v2` for few labels.
  public let name: String

  /// Creates the evaluation; traps unless every k and the temperature are positive.
  public init(k: [Int] = [200, 20], temperature: Float = 0.1) {
    precondition(!k.isEmpty && k.allSatisfy { $0 > 0 }, "kNN with k = \(k)")
    precondition(temperature > 0, "kNN votes at temperature \(temperature)")
    self.init(k: k, temperature: temperature, name: "knn-v1")
  }

  private init(k: [Int], temperature: Float, name: String) {
    self.k = k
    self.temperature = temperature
    self.name = name
  }

  /// Version 2, for images of which few have labels: 20 neighbours vote, since 200 of, say, 250 images of a class are far
  /// from all but few queries.
  public static let ofFewLabels = NearestNeighbors(k: [20], temperature: 0.1, name: "knn-v2")

  /// Measures `top1` at the first k and `top1-kN` at every other, in percent.
  public func measure(_ candidate: Candidate) throws -> Measured {
    let bank = try candidate.features(.training)
    let queries = try candidate.features(.test)
    return measured(bank: bank, queries: queries, classCount: candidate.classCount)
  }

  func measured(bank: Features, queries: Features, classCount: Int) -> Measured {
    let neighbors = Neighbors(
      of: NormalizedRows(queries.values), in: NormalizedRows(bank.values), count: k.max()!)
    return .shares(
      of: k.enumerated().map { place, k in
        let votes = predictions(neighbors, labels: bank.labels, classCount: classCount, k: k)
        return Answers(
          metric: place == 0 ? "top1" : "top1-k\(k)", .right(zip(votes, queries.labels).map { $0 == $1 }))
      })
  }

  func predictions(_ neighbors: Neighbors, labels: [Int], classCount: Int, k: Int) -> [Int] {
    let voters = min(k, neighbors.perQuery)
    return (0..<neighbors.queryCount).map { query in
      var votes = [Double](repeating: 0, count: classCount)
      for place in query * neighbors.perQuery..<query * neighbors.perQuery + voters {
        // Relative to the largest cosine there is, so that no temperature overflows.
        votes[labels[neighbors.indices[place]]] += exponential(
          (neighbors.similarities[place] - 1) / temperature)
      }
      return firstMaximum(votes)
    }
  }
}
