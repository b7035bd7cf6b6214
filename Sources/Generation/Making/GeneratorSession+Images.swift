import Crypto
import Foundation
import Harness
import NeuralNetworks
import Tensors
import Vision

/// Where a file of generated images comes from: written beside it.
public struct GeneratedImages: Codable, Sendable, Equatable {
  /// The file's name.
  public var file: String
  /// SHA-256 of the file.
  public var sha256: String
  /// `generated`, or `synthetic` where what was learned are the suite's own procedural images.
  public var kind: String
  /// Images × height × width × colours (red, green, blue), bytes.
  public var shape: [Int]
  /// The generator, and which of its weights: those after `epoch`.
  public var generator: String
  public var quality: GeneratorQuality
  public var epoch: Int
  /// What makes the generator this one: its recipe with the sampling, seed, and the digest of what it learned from.
  public var identity: GeneratorIdentity
  /// Which images it learned, and how many.
  public var data: DataIdentity
  public var learnedImages: Int
  /// The stretches in which the generator was trained, with commit and time, and the multiply-adds of all.
  public var training: [RunManifest.Session]
  public var trainingMultiplyAdds: Int
  /// Where the generator was trained, and with how many threads.
  public var trainingMachine: Machine
  public var trainingThreads: Int
  /// The stretches in which the images were drawn, with commit and time.
  public var drawing: [RunManifest.Session]
  /// Where the images were drawn, and with how many threads.
  public var machine: Machine
  public var threads: Int
  /// How good they are, where that was measured.
  public var measured: ImageQuality?

  /// The description at `url`; throws a `ManifestError`.
  public init(contentsOf url: URL) throws {
    do {
      self = try ReadableJSON.decode(GeneratedImages.self, from: Data(contentsOf: url))
    } catch {
      throw ManifestError(path: url.path, reason: "\(error)")
    }
  }

  init(
    file: String, sha256: String, kind: String, shape: [Int], quality: GeneratorQuality, epoch: Int,
    manifest: GeneratorManifest, drawing: DrawnImages
  ) {
    self.file = file
    self.sha256 = sha256
    self.kind = kind
    self.shape = shape
    self.quality = quality
    self.epoch = epoch
    generator = manifest.generator
    identity = manifest.identity
    data = manifest.data
    learnedImages = manifest.imageCount
    (training, trainingMultiplyAdds) = (manifest.sessions, manifest.multiplyAdds)
    (trainingMachine, trainingThreads) = (manifest.machine, manifest.threads)
    self.drawing = drawing.sessions
    (machine, threads) = (.current, drawing.threads)
  }
}

extension GeneratorSession {
  /// Draws `count` images with the weights of `quality`, from where an earlier attempt was stopped, and writes them with
  /// where they come from and a picture of some; images that are there already are kept.
  ///
  /// Image i is a function of the generator, the seed and i, so that a larger count begins with the images of a smaller one.
  /// - Throws: `Interrupted` after saving, `GeneratorError.nonFiniteImages`, `ResumeError`, `ArrayFileError`, `StorageError`.
  public func draw(_ quality: GeneratorQuality, count: Int) throws -> GeneratedImages {
    let (file, description) = (folder.images(quality, count: count), folder.provenance(quality, count: count))
    if let known = try? GeneratedImages(contentsOf: description), known.generator == identity.digest,
      let data = try? Data(contentsOf: file), known.sha256 == hexadecimal(SHA256.hash(data: data))
    {
      try watch(.kept(quality, file))
      return known
    }
    let (network, epoch) = try network(quality)
    let shape = [count, images.height, images.width, 3]
    let (bytes, drawing) = try Interruption.deferred { try drawBytes(quality, count: count, with: network) }
    let array = ByteArray(shape: shape, bytes: bytes)
    try array.write(npy: file)
    let generated = GeneratedImages(
      file: file.lastPathComponent, sha256: hexadecimal(SHA256.hash(data: array.npy)),
      kind: manifest.data.isSynthetic ? "synthetic" : "generated", shape: shape, quality: quality,
      epoch: epoch, manifest: manifest, drawing: drawing)
    try ReadableJSON.write(generated, to: description)
    try picture(of: array.images(), "\(quality.rawValue)-\(count)")
    return generated
  }

  /// Measures `generated` beside real images that the generator never saw, at most `limit` of each, unless that was done;
  /// writes what comes of it into the description, and a picture of the pairs that lie nearest.
  ///
  /// - Throws: `ArrayFileError`, `StorageError`.
  public func measure(
    _ generated: inout GeneratedImages, unseen: ImageSet, in space: FeatureSpace, limit: Int
  ) throws {
    if generated.measured?.features == space.name { return }
    try watch(.measuring(generated.quality))
    let count = generated.shape[0]
    let file = folder.images(generated.quality, count: count)
    let drawn: ImageSet
    do {
      drawn = try ByteArray(npy: file).images()
    } catch let problem as ArrayFileError.Problem {
      throw ArrayFileError(path: file.path, problem)
    }
    let measured = ImageQuality(of: drawn, unseen: unseen, learned: images, in: space, limit: limit)
    generated.measured = measured
    try ReadableJSON.write(generated, to: folder.provenance(generated.quality, count: count))
    let name = "\(generated.quality.rawValue)-\(count)-nearest"
    let picture = measured.memorization.picture(name, generated: drawn, learned: images)
    try writeAtomically(picture.png(), to: folder.picture(name))
  }

  /// The first images, ten to a row.
  private func picture(of generated: ImageSet, _ name: String) throws {
    let loader = ViewLoader(generated, standardization: .none)
    let shown = min(100, generated.count)
    let rows = stride(from: 0, to: shown, by: 10).map {
      PictureSheet.Row("\($0) and on", loader.images(at: $0..<min($0 + 10, shown)))
    }
    let sheet = PictureSheet("The first \(shown) generated images (\(name))", rows: rows)
    try writeAtomically(sheet.picture(name).png(), to: folder.picture(name))
  }

  /// The bytes of `count` images, batch after batch, each on the disk before the next is begun; and who drew them.
  private func drawBytes(
    _ quality: GeneratorQuality, count: Int, with network: UNet
  ) throws -> ([UInt8], DrawnImages) {
    let size = images.imageSize
    // Whole batches always, even where fewer images are wanted: an image's last bits depend on how many are beside it.
    let batch = recipe.imagesPerBatch
    var (drawn, bytes) = DrawnImages.known(quality, in: folder, generator: identity.digest)
    if bytes.count >= count * size { return (Array(bytes.prefix(count * size)), drawn) }
    try drawn.goOn(from: source)
    try writeAtomically(Data(bytes), to: folder.drawn(quality))
    let output = try OutputFile(folder.drawn(quality))
    try watch(.drawn(quality, count: bytes.count / size, of: count))
    while bytes.count < count * size {
      let first = bytes.count / size
      guard let new = draw(Array(first..<first + batch), with: network) else {
        throw GeneratorError.nonFiniteImages(quality: quality.rawValue, first: first)
      }
      try output.write(Data(new))
      try output.synchronize()
      bytes += new
      drawn.append(new)
      try ReadableJSON.write(drawn, to: folder.drawing(quality))
      try watch(.drawn(quality, count: min(count, bytes.count / size), of: count))
      if shouldStop() && bytes.count < count * size { throw Interrupted() }
    }
    return (Array(bytes.prefix(count * size)), drawn)
  }

  /// The images with the numbers `indices`, N × H × W × 3 bytes; `nil` where one is not finite.
  func draw(_ indices: [Int], with network: UNet) -> [UInt8]? {
    let noise = ImageNoise(
      seed: identity.seed, stream: "generator.images", indices: indices, height: images.height,
      width: images.width)
    let x = recipe.sampling.run(from: noise.normal) { x, sigma in
      recipe.diffusion.denoised(x, noise: sigma, by: network, in: dataType)
    }
    return x.isFinite ? GeneratorSession.bytes(of: x) : nil
  }

  /// Numbers from −1 to 1 as bytes, to the nearest; what lies beyond is cut off.
  static func bytes(of x: Tensor) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: x.count) { bytes, initialized in
      nonisolated(unsafe) let bytes = bytes
      x.withFloats { values in
        WorkerPool.forEachBlock(of: values.count) { start, count in
          for place in start..<start + count {
            bytes[place] = UInt8(max(0, min(255, (127.5 * (values[place] + 1)).rounded())))
          }
        }
      }
      initialized = x.count
    }
  }
}
