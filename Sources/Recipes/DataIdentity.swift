/// Which bytes a data set is made of.
public struct DataIdentity: Sendable, Codable, Hashable {
  /// The data set's name, e.g. `cifar10`.
  public var name: String
  /// `official`, a named copy (`jpeg75`), `synthetic`, or `custom:<digest>`.
  public var kind: String
  /// SHA-256 over the digests of its files, in hexadecimal.
  public var digest: String

  /// Creates an identity.
  public init(name: String, kind: String, digest: String) {
    self.name = name
    self.kind = kind
    self.digest = digest
  }

  /// Whether the images are made by the suite rather than photographed.
  public var isSynthetic: Bool { kind == "synthetic" }

  /// Whether the images come from a folder of one's own, about which no paper says anything.
  public var isOwn: Bool { name == DatasetReference.Name.images.rawValue }
}
