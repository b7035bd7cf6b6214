import Foundation

/// One of the folders in which a data set is published, and the archive it comes in.
struct DataForm: Sendable {
  /// How the files are read.
  enum Format: Sendable { case binary, pickle, frames, classFolders }

  let folder: String
  let format: Format
  /// Every file that the data set's identity covers, in order; none where the folder itself tells which they are.
  let files: [DataFile]
  /// `nil` where none is published that could be checked.
  let archive: DataArchive?
  /// Known copies, by the digest over all of their files. Several may be of one kind: images that were decoded for it, and
  /// whose colours another processor rounds otherwise. Runs are compared within one digest only.
  var copies: [KnownDigest] = []

  /// Whether only the folder says which files there are.
  var tellsItsFiles: Bool { files.isEmpty }

  /// The files of the copy at `url`.
  func files(in url: URL) -> [DataFile] {
    switch format {
    case .binary, .pickle: files
    case .frames: CamVid.files(in: url)
    case .classFolders: TinyImageNet.files(in: url)
    }
  }
}

/// A file of a data set with what is known of it.
struct DataFile: Sendable {
  let name: String
  /// Its bytes; `nil` where only the content tells.
  let size: Int?
  /// The digests of its known copies.
  let known: [KnownDigest]

  init(_ name: String, size: Int? = nil, _ known: KnownDigest...) {
    self.name = name
    self.size = size
    self.known = known
  }
}

/// The digest of one known copy of a file.
struct KnownDigest: Sendable, Equatable, CustomStringConvertible {
  enum Algorithm: String, Sendable { case sha256 = "SHA-256", md5 = "MD5" }

  let kind: String
  let algorithm: Algorithm
  let value: String
  /// The SHA-256 of the images' bytes, where they have to be decoded.
  var decoded: String?

  /// For readers: `a591ca… (official)`.
  var description: String { "\(algorithm == .md5 ? "MD5 " : "")\(value) (\(kind))" }

  static func official(sha256: String) -> KnownDigest {
    KnownDigest(kind: "official", algorithm: .sha256, value: sha256)
  }
  static func official(md5: String) -> KnownDigest {
    KnownDigest(kind: "official", algorithm: .md5, value: md5)
  }
  static func copy(_ kind: String, sha256: String, decoded: String? = nil) -> KnownDigest {
    KnownDigest(kind: kind, algorithm: .sha256, value: sha256, decoded: decoded)
  }
  static func jpeg75(_ sha256: String) -> KnownDigest {
    KnownDigest(kind: "jpeg75", algorithm: .sha256, value: sha256)
  }
}

/// An archive as its authors publish it.
struct DataArchive: Sendable {
  let name: String
  let md5: String
  /// Where to get it, the authors' host first.
  let sources: [String]
}

extension DatasetReference.Name {
  /// The folders that hold this data set, the preferred one first; none when the suite makes the images itself.
  var forms: [DataForm] {
    switch self {
    case .cifar10: [.cifar10Binary, .cifar10Python]
    case .cifar100: [.cifar100Binary, .cifar100Python]
    case .stl10: [.stl10Binary]
    case .camvid: [.camVidFrames]
    case .tinyImageNet100: [.tinyImageNet100]
    case .tinyImageNet200: [.tinyImageNet200]
    case .shapes, .images: []
    }
  }
}
