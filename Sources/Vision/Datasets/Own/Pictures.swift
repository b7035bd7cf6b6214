import Foundation
import Tensors

/// Pictures named one by one or by their folders, read to one size.
public struct Pictures: Sendable {
  /// The pictures, in the order in which they were named; those of a folder sorted by their paths.
  public let images: ImageSet
  /// The path of each.
  public let names: [String]

  /// Reads `places`, each a picture or a folder; throws `DataError` for what is neither and for what cannot be read.
  public init(_ places: [URL], side: Int) throws(DataError) {
    var files: [URL] = []
    for place in places {
      guard place.isFolder else {
        files.append(place)
        continue
      }
      let names = try FolderWalk.files(in: place, endingIn: Photograph.endings)
      guard !names.isEmpty else {
        throw .foreign(
          path: place.path, detail: "no picture in it",
          advice: "Name a folder with files that end in \(Photograph.endings.joined(separator: ", "))")
      }
      files += names.map { URL(filePath: "\(place.path)/\($0)", directoryHint: .notDirectory) }
    }
    var outcomes = [Result<[UInt8], DataError>?](repeating: nil, count: files.count)
    outcomes.withUnsafeMutableBufferPointer { outcomes in
      WorkerPool.forEachRange(of: files.count) { range in
        for index in range {
          outcomes[index] = Result { () throws(DataError) in
            try Photograph.planes(of: files[index], side: side)
          }
        }
      }
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * side * side * files.count)
    for outcome in outcomes { bytes += try outcome!.get() }
    images = ImageSet(height: side, width: side, bytes: bytes, labels: [], classNames: [])
    names = files.map(\.path)
  }

  /// The pixels of every picture, three numbers each: N × side × side × 3.
  public var interleaved: ByteArray {
    let plane = images.height * images.width
    var bytes = [UInt8](repeating: 0, count: images.bytes.count)
    for image in 0..<images.count {
      for channel in 0..<3 {
        for pixel in 0..<plane {
          bytes[image * images.imageSize + 3 * pixel + channel] =
            images.bytes[image * images.imageSize + channel * plane + pixel]
        }
      }
    }
    return ByteArray(shape: [images.count, images.height, images.width, 3], bytes: bytes)
  }
}
