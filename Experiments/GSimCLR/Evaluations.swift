import Evaluation
import Foundation
import NeuralNetworks
import Pretraining
import Tensors

/// How well clusters agree with classes; labels are looked at for this report alone.
///
/// Reported are `purity` and `nmi` in percent, and the sizes of the smallest and the largest cluster. Both numbers grow
/// with the number of clusters by itself: compare them at equal numbers only.
struct ClusterQuality: Evaluation {
  let name = "clusters-v1"

  func measure(_ candidate: Candidate) throws -> Measured {
    let classes = candidate.training.labels
    guard let clusters = (candidate.method as? GSimCLR)?.clusters, clusters.count == classes.count else {
      return Measured([])  // a network that was never prepared has no clusters
    }
    let agreement = ClusterAgreement(clusters, classes)
    let sizes = Dictionary(grouping: clusters) { $0 }.values.map { Double($0.count) }
    let values = [
      ("purity", 100 * agreement.purity), ("nmi", 100 * agreement.normalizedMutualInformation),
      ("smallest", sizes.min() ?? 0), ("largest", sizes.max() ?? 0),
    ]
    return Measured(values.map { Score(metric: $0, value: $1, count: classes.count) })
  }
}

/// Two ways to group the same things, compared.
struct ClusterAgreement {
  /// The share of things that are of their cluster's commonest class.
  let purity: Double
  /// The mutual information of cluster and class over the mean of their entropies; 1 where both are a single group.
  let normalizedMutualInformation: Double

  /// Compares the clusters and the classes of the same things; traps when there are none or not as many of both.
  init(_ clusters: [Int], _ classes: [Int]) {
    precondition(
      !clusters.isEmpty && clusters.count == classes.count,
      "\(clusters.count) clusters of \(classes.count) things")
    let total = Double(clusters.count)
    var joint: [[Int]: Double] = [:]
    for (cluster, label) in zip(clusters, classes) { joint[[cluster, label], default: 0] += 1 }
    // Summed in the order of names, since that of a dictionary changes from start to start.
    let cells = joint.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    var (rows, columns, commonest) = ([Int: Double](), [Int: Double](), [Int: Double]())
    for (key, count) in cells {
      rows[key[0], default: 0] += count
      columns[key[1], default: 0] += count
      commonest[key[0]] = max(commonest[key[0]] ?? 0, count)
    }
    func entropy(_ counts: [Int: Double]) -> Double {
      counts.sorted { $0.key < $1.key }.reduce(0) { $0 - $1.value / total * log($1.value / total) }
    }
    purity = commonest.values.reduce(0, +) / total
    let information = cells.reduce(0) { sum, cell in
      sum + cell.value / total * log(cell.value * total / (rows[cell.key[0]]! * columns[cell.key[1]]!))
    }
    let entropies = entropy(rows) + entropy(columns)
    normalizedMutualInformation = entropies > 0 ? max(0, 2 * information / entropies) : 1
  }
}

/// Which images the first pass's batches bring together; labels are looked at for this report alone.
///
/// Reported are, in percent, the pairs within batches that are of one class (`same-class-pairs`) and of one cluster
/// (`same-cluster-pairs`, where clusters guide the batches), and the images that the pass visits (`images-seen`).
struct BatchComposition: Evaluation {
  /// Images of a batch.
  let size: Int
  let name = "batches-v1"

  func measure(_ candidate: Candidate) throws -> Measured {
    let classes = candidate.training.labels
    guard let method = candidate.method as? GSimCLR, size <= classes.count,
      method.clusters != nil || !method.needsPreparation
    else { return Measured([]) }
    let batches = method.sampler.batches(count: classes.count, size: size, epoch: 0, seed: candidate.seed)
    var shares = [("same-class-pairs", Self.shareOfPairs(in: batches, alike: classes))]
    if let clusters = method.clusters {
      shares.append(("same-cluster-pairs", Self.shareOfPairs(in: batches, alike: clusters)))
    }
    shares.append(("images-seen", Double(Set(batches.joined()).count) / Double(classes.count)))
    return Measured(shares.map { Score(metric: $0.0, value: 100 * $0.1, count: classes.count) })
  }

  /// The share of pairs within a batch whose images have the same label.
  static func shareOfPairs(in batches: [[Int]], alike labels: [Int]) -> Double {
    var (alike, all) = (0, 0)
    for batch in batches {
      let sizes = Dictionary(grouping: batch) { labels[$0] }.values.map(\.count)
      alike += sizes.reduce(0) { $0 + $1 * ($1 - 1) / 2 }
      all += batch.count * (batch.count - 1) / 2
    }
    return all == 0 ? 0 : Double(alike) / Double(all)
  }
}

/// The linear probe at the paper's other two points: after the first hidden layer of the head (`top1-p2`) and after both
/// (`top1-p1`), in percent; its third point is the backbone, which `linear-v1` measures.
struct ProjectionPoints: Evaluation {
  let name = "points-v1"

  func measure(_ candidate: Candidate) throws -> Measured {
    guard let head = (candidate.method as? GSimCLR)?.contrastive.network.head else { return Measured([]) }
    // Linear, ReLU, linear, ReLU, linear.
    let answers = try [("top1-p2", 2), ("top1-p1", 4)].flatMap { metric, layers in
      let part = Sequential(Array(head.children.prefix(layers)))
      func features(_ split: Candidate.Split) throws -> Features {
        let features = try candidate.features(split)
        return Features(values: inference { part(features.values).constant }, labels: features.labels)
      }
      let measured = try LinearProbe().measured(
        training: features(.training), test: features(.test), classCount: candidate.classCount)
      return measured.answers.filter { $0.metric == "top1" }.map {
        $0.renamed(metric)
      }
    }
    return .shares(of: answers)
  }
}
