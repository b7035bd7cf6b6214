import Records

extension Measure {
  /// For readers who know no identifier: `linear probe, top-1 accuracy`.
  package var words: String { "\(Self.words(ofEvaluation: evaluation)), \(Self.words(ofMetric: metric))" }

  /// What it is counted in: `accuracy (%)`.
  package var unit: String {
    if metric == "miou" || metric.hasPrefix("iou") { return "intersection over union (%)" }
    return isAccuracy || metric.contains("top1") ? "accuracy (%)" : Self.words(ofMetric: metric)
  }

  private static func words(ofEvaluation name: String) -> String {
    // The version tells protocols apart, not what is measured.
    let plain = String(name.replacing(/-v[0-9]+$/, with: ""))
    switch plain {
    case "knn": return "nearest neighbours"
    case "linear": return "linear probe"
    case "classifier": return "the trained classifier"
    case "class-transfer": return "linear probe on classes not trained on"
    case "few-labels": return "few labels"
    case "pixel-retrieval": return "pixel retrieval"
    default: break
    }
    if let percent = plain.wholeMatch(of: /semi-supervised-([0-9]+)/)?.1 {
      return "fine-tuning on \(percent) % of the labels"
    }
    if let found = plain.wholeMatch(of: /(conv|non-linear)-classifier-conv([0-9]+)/) {
      return "\(found.1 == "conv" ? "convolutional" : "non-linear") classifier on block \(found.2)"
    }
    if let found = plain.wholeMatch(of: /dense-(linear|fcn)-(.+)/) {
      let head = found.1 == "linear" ? "linear" : "convolutional"
      return "\(head) segmentation of \(found.2 == "camvid" ? "CamVid" : "\(found.2)")"
    }
    return plain.replacing("-", with: " ")
  }

  private static func words(ofMetric name: String) -> String {
    switch name {
    case "top1": return "top-1 accuracy"
    case "top5": return "top-5 accuracy"
    case "miou": return "mean intersection over union"
    case "pixel-accuracy": return "accuracy of pixels"
    default: break
    }
    return name.replacing("top1", with: "top-1 accuracy").replacing("-", with: " ")
  }
}
