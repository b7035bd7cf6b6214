import Foundation
import Glibc

/// Finds the files of a folder of images: the same way wherever the suite reads one.
///
/// Endings count in any case. Hidden files and folders are passed over, and with them the `._` twins that macOS leaves and
/// what editors keep. Links are followed; a folder that holds itself through one is entered once.
struct FolderWalk {
  /// Folders within folders, folders in all, and files: what has more is no folder of images.
  static let deepest = 16
  static let mostFolders = 200_000
  static let mostFiles = 2_000_000

  private let endings: [String]
  private let isDeep: Bool
  private var files: [String] = []
  private var folders = 0

  /// The paths below `folder` of the files that end in one of `endings`, as in `.png`, sorted; `isDeep` descends.
  ///
  /// Throws `DataError`: a folder that cannot be read, a name that is no UTF-8, a pipe or device among the images, and what
  /// is beyond the bounds. A link to nothing is listed, so that whoever reads it names it.
  static func files(
    in folder: URL, endingIn endings: [String], isDeep: Bool = true
  ) throws(DataError) -> [String] {
    var walk = FolderWalk(endings: endings.map { $0.lowercased() }, isDeep: isDeep)
    try walk.visit(folder.path, named: "", within: [])
    return walk.files.sorted()
  }

  private init(endings: [String], isDeep: Bool) {
    self.endings = endings
    self.isDeep = isDeep
  }

  private enum Kind { case file, folder, other }

  private mutating func visit(_ path: String, named prefix: String, within above: [FileStamp])
    throws(DataError)
  {
    guard let stamp = FileStamp(path: path), let folder = opendir(path) else {
      throw .inaccessible(path: path, reason: String(cString: strerror(errno)))
    }
    defer { closedir(folder) }
    if above.contains(where: { $0.inode == stamp.inode && $0.device == stamp.device }) { return }
    folders += 1
    guard above.count <= FolderWalk.deepest, folders <= FolderWalk.mostFolders else {
      throw .malformed(
        path: path,
        detail:
          "found more than \(FolderWalk.deepest) folders in one another or \(FolderWalk.mostFolders) in all")
    }
    while let entry = readdir(folder) {
      guard let name = FolderWalk.name(of: entry) else {
        throw .inaccessible(path: path, reason: "a name in it is no UTF-8")
      }
      guard !name.hasPrefix(".") else { continue }
      let isImage = endings.contains { name.lowercased().hasSuffix($0) }
      let kind = FolderWalk.kind(entry.pointee.d_type, at: "\(path)/\(name)")
      switch kind {
      case .folder where isDeep:
        try visit("\(path)/\(name)", named: "\(prefix)\(name)/", within: above + [stamp])
      case .file where isImage: files.append(prefix + name)
      case .other where isImage:
        throw .inaccessible(path: "\(path)/\(name)", reason: "it is neither a file nor a folder")
      default: continue
      }
      guard files.count <= FolderWalk.mostFiles else {
        throw .malformed(path: path, detail: "found more than \(FolderWalk.mostFiles) images")
      }
    }
  }

  private static func name(of entry: UnsafeMutablePointer<dirent>) -> String? {
    withUnsafePointer(to: &entry.pointee.d_name) { name in
      name.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
    }
  }

  private static func kind(_ type: UInt8, at path: String) -> Kind {
    switch Int(type) {
    case Int(DT_REG): return .file
    case Int(DT_DIR): return .folder
    case Int(DT_LNK), Int(DT_UNKNOWN):
      var status = stat()
      guard stat(path, &status) == 0 else { return .file }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: return .folder
      case S_IFREG: return .file
      default: return .other
      }
    default: return .other
    }
  }
}
