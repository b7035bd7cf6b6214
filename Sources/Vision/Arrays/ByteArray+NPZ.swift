import Foundation

extension ByteArray {
  /// Reads an array from the `.npz` archive at `url`: the one called `name`, or, where none is named, the only one that may
  /// be images, of four axes and unsigned bytes.
  ///
  /// Throws an `ArrayFileError` for what is no such archive, damaged, truncated or of an absurd size, and where no array or
  /// several may be meant.
  public init(npz url: URL, named name: String? = nil) throws(ArrayFileError) {
    try self.init(npz: Data(arrayFile: url), named: name, path: url.path)
  }

  /// Reads an array from the content of a `.npz` archive; throws an `ArrayFileError` that names `path` and, where one is at
  /// fault, the member.
  public init(npz data: Data, named name: String? = nil, path: String) throws(ArrayFileError) {
    let (member, content): (String, Data)
    do throws(ArrayFileError.Problem) {
      let archive = try ZipArchive(data)
      let chosen = try archive.array(named: name)
      (member, content) = (chosen.name, try archive.content(of: chosen))
    } catch {
      throw ArrayFileError(path: path, error)
    }
    try self.init(npy: content, path: "\(path)/\(member)")
  }
}

extension ZipArchive {
  /// The member that holds the array called `name`, or the only one that may be images.
  fileprivate func array(named name: String?) throws(Problem) -> Member {
    let arrays = members.filter { $0.name.hasSuffix(".npy") }
    let names = arrays.map { String($0.name.dropLast(4)) }.joined(separator: ", ")
    if let name {
      guard let found = arrays.first(where: { $0.name == name + ".npy" }) else {
        throw .unfit("the arrays \(names.isEmpty ? "of none" : names), and none called \(name)")
      }
      return found
    }
    var fitting: [Member] = []
    for member in arrays {
      let start = try content(of: member, prefix: NPYHeader.longest + 12)
      let header = start.withUnsafeBytes { try? NPYHeader.read($0).header }
      if let header, header.shape.count == 4, header.elementType.hasSuffix("u1") { fitting.append(member) }
    }
    guard fitting.count == 1 else {
      throw .unfit(
        "the arrays \(names.isEmpty ? "of none" : names), of which \(fitting.count) have four axes of unsigned bytes; "
          + "expected one"
          + (fitting.isEmpty ? "" : ". Say which by its name behind the file's: FILE.npz/NAME"))
    }
    return fitting[0]
  }
}
