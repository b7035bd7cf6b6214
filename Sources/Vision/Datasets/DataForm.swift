import Foundation

/// One of the folders in which a data set is published, and the archive it comes in.
struct DataForm: Sendable {
  /// How the files are read.
  enum Format: Sendable { case binary, pickle, frames }

  let folder: String
  let format: Format
  /// Every file that the data set's identity covers, in order; none where the folder itself tells which they are.
  let files: [DataFile]
  /// `nil` where none is published that could be checked.
  let archive: DataArchive?
  /// Known copies of folders that tell their files themselves, by the digest over all of them.
  var copies: [KnownDigest] = []

  /// The files of the copy at `url`.
  func files(in url: URL) -> [DataFile] { format == .frames ? CamVid.files(in: url) : files }
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
struct KnownDigest: Sendable, Equatable {
  enum Algorithm: String, Sendable { case sha256 = "SHA-256", md5 = "MD5" }

  let kind: String
  let algorithm: Algorithm
  let value: String

  static func official(sha256: String) -> KnownDigest {
    KnownDigest(kind: "official", algorithm: .sha256, value: sha256)
  }
  static func official(md5: String) -> KnownDigest {
    KnownDigest(kind: "official", algorithm: .md5, value: md5)
  }
  static func copy(_ kind: String, sha256: String) -> KnownDigest {
    KnownDigest(kind: kind, algorithm: .sha256, value: sha256)
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
    case .shapes: []
    }
  }
}
