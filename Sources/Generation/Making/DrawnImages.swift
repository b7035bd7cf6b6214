import Crypto
import Foundation
import Harness
import Tensors

/// The images that a generator has drawn so far: which bytes these are, and who drew them.
///
/// It stands beside the bytes, so that drawing goes on only after bytes of the same generator, undamaged, and rounded as the
/// next will be.
struct DrawnImages: Codable {
  /// The digest of the generator's identity.
  let generator: String
  /// How many threads drew them.
  let threads: Int
  /// How many bytes there are.
  private(set) var count = 0
  /// SHA-256 of these bytes.
  private(set) var sha256 = ""
  /// The stretches in which they were drawn.
  private(set) var sessions: [RunManifest.Session] = []

  private var hash = SHA256()
  private var began = ContinuousClock.now
  private var cpuSeconds = ProcessUsage.cpuSeconds

  private enum CodingKeys: CodingKey { case generator, threads, count, sha256, sessions }

  private init(generator: String) {
    self.generator = generator
    threads = WorkerPool.threads
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    generator = try values.decode(String.self, forKey: .generator)
    threads = try values.decode(Int.self, forKey: .threads)
    count = try values.decode(Int.self, forKey: .count)
    sha256 = try values.decode(String.self, forKey: .sha256)
    sessions = try values.decode([RunManifest.Session].self, forKey: .sessions)
  }

  /// What `folder` holds of the images of `quality`, with the bytes; nothing where they are another generator's or damaged.
  ///
  /// What was written after the last description is left out: nobody vouches for it.
  static func known(
    _ quality: GeneratorQuality, in folder: GeneratorFolder, generator: String
  ) -> (DrawnImages, bytes: [UInt8]) {
    if let description = try? Data(contentsOf: folder.drawing(quality)),
      var known = try? ReadableJSON.decode(DrawnImages.self, from: description),
      known.generator == generator,
      let data = try? Data(contentsOf: folder.drawn(quality)), data.count >= known.count
    {
      let bytes = data.prefix(known.count)
      known.hash.update(data: bytes)
      if known.digest == known.sha256 { return (known, [UInt8](bytes)) }
    }
    return (DrawnImages(generator: generator), [])
  }

  /// Begins another stretch; throws `GeneratorError.otherThreads` where the bytes so far were drawn with others.
  mutating func goOn(from source: SourceState) throws {
    guard threads == WorkerPool.threads else {
      throw GeneratorError.otherThreads(what: "drawing", before: threads, now: WorkerPool.threads)
    }
    sessions.append(RunManifest.Session(start: .wholeSeconds, source: source))
    (began, cpuSeconds) = (.now, ProcessUsage.cpuSeconds)
  }

  /// Adds `bytes`, which are on the disk.
  mutating func append(_ bytes: [UInt8]) {
    hash.update(data: bytes)
    count += bytes.count
    sha256 = digest
    sessions[sessions.count - 1].wallSeconds = (ContinuousClock.now - began) / .seconds(1)
    sessions[sessions.count - 1].cpuSeconds = ProcessUsage.cpuSeconds - cpuSeconds
  }

  private var digest: String {
    let hash = hash
    return hexadecimal(hash.finalize())
  }
}
