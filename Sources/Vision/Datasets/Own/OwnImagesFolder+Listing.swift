import Crypto
import Foundation

extension OwnImagesFolder {
  /// What a folder says of its images before one of them is read.
  struct Listing {
    /// An image, and its class where there are any.
    struct Example: Equatable {
      /// Where it lies.
      let url: URL
      /// Its path from its folder.
      let name: String
      let label: Int?
    }

    /// The folders' names, sorted: a class's number is its place here.
    let classNames: [String]
    /// The first image of every class, then the second of every class, and so on, so that any beginning and any end has
    /// all classes; within a class in an order that only paths decide.
    let training, test: [Example]
    /// The paths of all images of the folder, and of the folder of test images, sorted.
    let names, testNames: [String]
    /// How many pictures of formats that are not read were passed over.
    let passedOver: Int
  }

  /// Names that say what a folder of folders is for, rather than what its images show.
  private static let parts: Set<String> = [
    "train", "training", "val", "valid", "validation", "test", "testing",
  ]

  /// Which images there are and of which class; throws `DataError` where that cannot be told.
  func listing() throws(DataError) -> Listing {
    let names = try FolderWalk.files(in: folder, endingIn: Photograph.endings)
    guard !names.isEmpty else {
      throw .foreign(
        path: folder.path, detail: "no image in it",
        advice: "Name a folder with files that end in \(Photograph.endings.joined(separator: ", "))")
    }
    let passedOver = try FolderWalk.files(in: folder, endingIn: Photograph.foreignEndings).count
    let classNames = try classNames(names, in: folder)
    if classNames.isEmpty {
      if let testFolder {
        throw .foreign(
          path: testFolder.path, detail: "test images for a folder without classes",
          advice:
            "Leave out --test, as nothing is measured, or put each class's images into a folder of their own"
        )
      }
      let all = ordered(names, in: folder, classNames)
      return Listing(
        classNames: [], training: all, test: [], names: names, testNames: [], passedOver: passedOver)
    }
    let testNames = try testFolder.map { (url) throws(DataError) in try self.testNames(in: url, classNames) }
    let training = testFolder == nil ? names.filter { !isForTest($0) } : names
    let listing = Listing(
      classNames: classNames, training: ordered(training, in: folder, classNames),
      test: ordered(testNames ?? names.filter(isForTest), in: testFolder ?? folder, classNames),
      names: names, testNames: testNames ?? [], passedOver: passedOver)
    try checkParts(listing)
    return listing
  }

  /// The folders that images lie in; none where all lie in the folder itself, or in one folder of it.
  private func classNames(_ names: [String], in folder: URL) throws(DataError) -> [String] {
    let loose = names.count { !$0.contains("/") }
    if loose == names.count { return [] }
    guard loose == 0 else {
      throw .foreign(
        path: folder.path,
        detail: "\(loose) images beside \(names.count - loose) in folders, which would be classes",
        advice: "Put all into folders, one for each class, or all into the folder itself")
    }
    let classes = Set(names.map { String($0.prefix { $0 != "/" }) }).sorted()
    if Set(classes.map { $0.lowercased() }).isSubset(of: Self.parts) {
      throw .foreign(
        path: folder.path, detail: "the folders \(classes.joined(separator: " and ")), which are no classes",
        advice: "Name the one to learn from with --images and the one to measure on with --test")
    }
    return classes.count > 1 ? classes : []
  }

  private func testNames(in url: URL, _ classNames: [String]) throws(DataError) -> [String] {
    let names = try FolderWalk.files(in: url, endingIn: Photograph.endings)
    guard !names.isEmpty else {
      throw .foreign(path: url.path, detail: "no image in it", advice: "Name another folder with --test")
    }
    let known = Set(classNames)
    if let other = names.first(where: { !known.contains(String($0.prefix { $0 != "/" })) }) {
      throw .foreign(
        path: url.path, detail: "\(other), whose folder is no class of \(folder.path)",
        advice: "The folders of both have to have the same names")
    }
    return names
  }

  private func checkParts(_ listing: Listing) throws(DataError) {
    if listing.test.isEmpty {
      throw .foreign(
        path: folder.path, detail: "so few images that none falls among those to measure on",
        advice: "Bring more, or name a folder of test images with --test")
    }
    let learned = Set(listing.training.map(\.label))
    if let lacking = listing.classNames.indices.first(where: { !learned.contains($0) }) {
      throw .foreign(
        path: "\(folder.path)/\(listing.classNames[lacking])",
        detail: "so few images that none of them falls among those to learn from",
        advice: "Bring more, or name a folder of test images with --test")
    }
  }

  // MARK: Order

  /// A number that the path alone decides.
  private static func key(of name: String) -> UInt64 {
    SHA256.hash(data: Data(name.utf8)).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Whether the image at `name` is one to measure on.
  func isForTest(_ name: String) -> Bool { Self.key(of: name) % Self.testPart == 0 }

  /// The images called `names`, class after class in turn.
  private func ordered(_ names: [String], in folder: URL, _ classNames: [String]) -> [Listing.Example] {
    let labels = Dictionary(uniqueKeysWithValues: zip(classNames, 0...))
    let keyed = names.map { (key: Self.key(of: $0), name: $0) }.sorted { $0 < $1 }
    var places = [Int](repeating: 0, count: max(1, classNames.count))
    let placed = keyed.map { _, name in
      let label = labels[String(name.prefix { $0 != "/" })]
      defer { places[label ?? 0] += 1 }
      return (place: places[label ?? 0], label: label, name: name)
    }
    return placed.sorted { ($0.place, $0.label ?? 0) < ($1.place, $1.label ?? 0) }.map { _, label, name in
      Listing.Example(
        url: URL(filePath: "\(folder.path)/\(name)", directoryHint: .notDirectory), name: name, label: label)
    }
  }
}

extension OwnImagesFolder.Listing {
  /// Which images these are: a digest of their bytes as they were read, in their order, with their classes.
  func digest(with bytes: String) -> String {
    let lines = (training + test).map { "\($0.label.map { classNames[$0] } ?? "")\n" }.joined()
    return SHA256.hash(data: Data("\(bytes) \(training.count)\n\(lines)".utf8)).hexadecimal
  }

  /// `1,200 images of 3 classes, 300 of them to measure on, at 64 × 64 pixels`.
  func summary(side: Int) -> String {
    let count = training.count + test.count
    let classes =
      classNames.isEmpty
      ? " without classes: they are pre-trained on, and nothing is measured"
      : " of \(classNames.count) classes, \(test.count) of them to measure on"
    let others =
      passedOver == 0
      ? ""
      : "; \(passedOver) passed over that end in \(Photograph.foreignEndings.joined(separator: ", "))"
    return "\(count) images\(classes), at \(side) × \(side) pixels\(others)"
  }
}
