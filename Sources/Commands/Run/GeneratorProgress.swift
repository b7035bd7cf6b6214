import Foundation
import Generation
import Harness
import Pretraining

/// Shows how a generator is made: a line that is drawn over itself on a terminal, one line per epoch elsewhere.
final class GeneratorProgress {
  private let batchSize: Int
  private var began = ContinuousClock.now
  private var drawn = ContinuousClock.now - .seconds(1)
  /// Steps, or images, since `began`.
  private var done = 0
  private var lastPercent = 0
  private var drawnBefore: Int?

  init(batchSize: Int) { self.batchSize = batchSize }

  /// Shows one event.
  func show(_ event: GeneratorEvent) {
    switch event {
    case .began(let resumedAt):
      restart()
      if let resumedAt { Console.note("training goes on after step \(resumedAt.step) of \(resumedAt.steps)") }
    case .stepped(let report):
      done += 1
      let progress = report.progress
      draw(
        "training  epoch \(min(progress.epoch + 1, progress.epochs))/\(progress.epochs)  "
          + "\(Int(Double(batchSize) * speed)) img/s  loss \(String(format: "%.4g", report.loss))  "
          + remaining(progress.steps - progress.step))
    case .endedEpoch(let progress, let loss):
      let text =
        "training  epoch \(progress.epoch)/\(progress.epochs)  \(Int(Double(batchSize) * speed)) img/s  "
        + "loss \(String(format: "%.4g", loss))  \(remaining(progress.steps - progress.step))"
      Console.note(text.trimmingCharacters(in: .whitespaces))
      if progress.epoch == progress.epochs { restart() }
    case .drawn(let quality, let count, let all): show(quality, count, of: all)
    case .kept(let quality, let url): Console.note("\(quality.rawValue) images: there already (\(url.path))")
    case .measuring(let quality): draw("measuring the \(quality.rawValue) images …")
    }
  }

  /// The first event tells what an earlier attempt has left.
  private func show(_ quality: GeneratorQuality, _ count: Int, of all: Int) {
    guard let known = drawnBefore else {
      restart()
      drawnBefore = count
      if count > 0 { Console.note("drawing goes on after image \(count) of \(all)") }
      return
    }
    done = count - known
    let percent = 100 * count / all
    let text =
      "drawing \(quality.rawValue) images  \(count) of \(all)  \(String(format: "%.1f", speed)) img/s  "
      + remaining(all - count)
    let isDue = percent >= lastPercent + 10 || count == all
    if Console.isTerminal && !isDue { draw(text) }
    if isDue {
      Console.note(text.trimmingCharacters(in: .whitespaces))
      lastPercent = percent
    }
    if count == all { restart() }
  }

  private func restart() { (began, done, lastPercent, drawnBefore) = (.now, 0, 0, nil) }

  private func draw(_ text: String) {
    guard Console.isTerminal, (ContinuousClock.now - drawn) / .seconds(1) > 0.1 else { return }
    drawn = .now
    Console.draw(text)
  }

  /// Steps, or images, a second.
  private var speed: Double {
    let passed = (ContinuousClock.now - began) / .seconds(1)
    return passed > 0 ? Double(done) / passed : 0
  }

  private func remaining(_ steps: Int) -> String {
    guard speed > 0, steps > 0 else { return "" }
    let total = Int((Double(steps) / speed).rounded())
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "ETA \(total / 3_600):\(two(total / 60 % 60)):\(two(total % 60))"
  }
}

/// What a generator's images come to, in lines.
enum GeneratorReport {
  static func lines(_ images: GeneratedImages, in folder: GeneratorFolder) -> String {
    let file = folder.url.appending(component: images.file)
    var lines = [
      "\(images.quality.rawValue): \(images.shape[0]) images (\(images.kind)), weights after epoch \(images.epoch)",
      "  file    \(file.path)", "  sha256  \(images.sha256)",
    ]
    if let measured = images.measured {
      let check = measured.memorization
      func decimals(_ value: Double) -> String { String(format: "%.4g", value) }
      lines += [
        "  Fréchet distance to \(measured.unseenCount) unseen images in \(measured.features) (no FID): "
          + "\(decimals(measured.frechetDistance)), of the learned images \(decimals(measured.frechetDistanceOfLearned))",
        "  nearest learned image at \(decimals(check.medianDistance)), of unseen images \(decimals(check.medianDistanceOfUnseen)); "
          + "suspiciously near \(decimals(100 * check.shareBelowThreshold)) % (of unseen images 1 %)",
      ]
    }
    return lines.joined(separator: "\n")
  }
}
