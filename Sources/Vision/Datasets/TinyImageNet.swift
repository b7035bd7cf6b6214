import Foundation
import Tensors

/// Reads Tiny ImageNet, or a part of its classes, in its own folders: 64 × 64 images of classes of ImageNet.
///
/// Le, Yang. “Tiny ImageNet Visual Recognition Challenge.” CS 231N, Stanford, 2015. `wnids.txt` names the classes by their
/// WordNet numbers and `words.txt` says what these mean; `train/WNID/images` holds each class's images as JPEG, and
/// `val/images` those of the official validation, whose classes `val/val_annotations.txt` tells. The labels of the official
/// test images are not published, so that the validation images are what is measured on. Boxes are not read.
struct TinyImageNet {
  static let side = 64
  static let imageSize = 3 * side * side
  /// Twice as many images as the whole set has.
  static let mostImages = 220_000
  /// Bytes of a file of text; the whole set's `words.txt` has 2.6 million.
  static let mostText = 16_000_000

  let folder: URL
  let classCount: Int

  /// An image's path from the folder, and its class.
  struct Example: Equatable {
    let name: String
    let label: Int
  }

  /// What the folder says of its images.
  struct Listing {
    /// In the order of the labels, which is that of the WordNet numbers: the first word for each.
    let classNames: [String]
    /// The first image of every class, then the second of every class, and so on, so that any beginning and any end has
    /// all classes.
    let training: [Example]
    /// In the order of `val_annotations.txt`.
    let test: [Example]
  }

  private static let texts = ["val/val_annotations.txt", "wnids.txt", "words.txt"]
  private static let endings = [".jpeg", ".jpg"]

  /// Every file that the data set's identity covers, sorted by name; where a folder holds none, a name that no file has.
  static func files(in folder: URL) -> [DataFile] {
    let training = trainingNames(in: folder), test = testNames(in: folder)
    let names =
      (training.isEmpty ? ["train/*/images/*.JPEG"] : training)
      + (test.isEmpty ? ["val/images/*.JPEG"] : test) + texts
    return names.sorted().map { DataFile($0) }
  }

  private static func trainingNames(in folder: URL) -> [String] {
    let url = folder.appendingPathComponent("train")
    let names = (try? FolderWalk.files(in: url, endingIn: endings)) ?? []
    return names.filter { name in
      let parts = name.split(separator: "/")
      return parts.count == 3 && parts[1] == "images"
    }.map { "train/" + $0 }
  }

  private static func testNames(in folder: URL) -> [String] {
    let url = folder.appendingPathComponent("val/images")
    return ((try? FolderWalk.files(in: url, endingIn: endings, isDeep: false)) ?? []).map {
      "val/images/" + $0
    }
  }

  /// Which images there are, and of which class; throws `DataError` naming the file at fault.
  func listing() throws(DataError) -> Listing {
    let numbers = try numbers()
    let labels = Dictionary(uniqueKeysWithValues: zip(numbers, 0...))
    let names = TinyImageNet.trainingNames(in: folder)
    var perClass = [[String]](repeating: [], count: numbers.count)
    for name in names {
      let number = String(name.split(separator: "/")[1])
      guard let label = labels[number] else {
        throw malformed("wnids.txt", "found no \(number), of which train has images, expected it")
      }
      perClass[label].append(name)
    }
    if let empty = perClass.firstIndex(where: \.isEmpty) {
      throw .missingFile(
        path: folder.path + "/train/\(numbers[empty])/images/*.JPEG",
        set: classCount == 100 ? "tiny-imagenet-100" : "tiny-imagenet-200")
    }
    let longest = perClass.map(\.count).max() ?? 0
    let training = (0..<longest).flatMap { place in
      perClass.indices.compactMap { label in
        place < perClass[label].count ? Example(name: perClass[label][place], label: label) : nil
      }
    }
    let test = try test(labels)
    guard training.count + test.count <= TinyImageNet.mostImages else {
      throw malformed(
        "", "found \(training.count + test.count) images, expected at most \(TinyImageNet.mostImages)")
    }
    return Listing(classNames: try classNames(numbers), training: training, test: test)
  }

  /// The planes of all training and all test images, decoded on every core.
  func decoded(_ listing: Listing) throws(DataError) -> (training: [UInt8], test: [UInt8]) {
    (try decoded(listing.training), try decoded(listing.test))
  }

  private func decoded(_ examples: [Example]) throws(DataError) -> [UInt8] {
    let decoded = DecodedPictures(count: examples.count, size: TinyImageNet.imageSize) {
      index throws(DataError) in try planes(examples[index])
    }
    if let failure = decoded.failures.first { throw failure }
    return decoded.bytes
  }

  private func planes(_ example: Example) throws(DataError) -> [UInt8] {
    let url = URL(filePath: "\(folder.path)/\(example.name)", directoryHint: .notDirectory)
    let file = try JPEGFile(url)
    guard file.height == TinyImageNet.side, file.width == TinyImageNet.side else {
      throw .malformed(
        path: url.path, detail: "found \(file.width) × \(file.height) pixels, expected 64 × 64")
    }
    return try file.planes()
  }

  // MARK: The texts

  /// The WordNet numbers of `wnids.txt`, sorted.
  private func numbers() throws(DataError) -> [String] {
    let numbers = try lines("wnids.txt").map { $0.trimmingCharacters(in: .whitespaces) }
    if let wrong = numbers.first(where: { !TinyImageNet.isNumber($0) }) {
      throw malformed("wnids.txt", "found “\(wrong.prefix(20))”, expected an n and 8 digits a line")
    }
    guard Set(numbers).count == numbers.count else {
      throw malformed("wnids.txt", "found a class twice, expected each once")
    }
    guard numbers.count == classCount else {
      throw malformed("wnids.txt", "found \(numbers.count) classes, expected \(classCount)")
    }
    return numbers.sorted()
  }

  private static func isNumber(_ text: String) -> Bool {
    text.utf8.count == 9 && text.first == "n" && text.dropFirst().allSatisfy { $0.isASCII && $0.isNumber }
  }

  /// The first of the words that `words.txt` has for each number.
  private func classNames(_ numbers: [String]) throws(DataError) -> [String] {
    var words: [Substring: Substring] = [:]
    for line in try lines("words.txt") {
      guard let tab = line.firstIndex(of: "\t") else {
        throw malformed("words.txt", "found “\(line.prefix(20))”, expected a number, a tab and words a line")
      }
      words[line[..<tab]] = line[line.index(after: tab)...].prefix { $0 != "," }
    }
    var names: [String] = []
    for number in numbers {
      guard let name = words[number[...]], !name.isEmpty else {
        throw malformed("words.txt", "found no words for \(number)")
      }
      names.append(String(name))
    }
    return names
  }

  /// The validation images, each of which `val_annotations.txt` has to name once.
  private func test(_ labels: [String: Int]) throws(DataError) -> [Example] {
    let file = "val/val_annotations.txt"
    var left = Set(TinyImageNet.testNames(in: folder))
    var test: [Example] = []
    for line in try lines(file) {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard fields.count >= 2 else {
        throw malformed(file, "found “\(line.prefix(40))”, expected an image, a tab and its class a line")
      }
      let name = "val/images/\(fields[0])"
      guard left.remove(name) != nil else {
        throw malformed(file, "found \(fields[0].prefix(40)) twice or without its image, expected each once")
      }
      guard let label = labels[String(fields[1])] else {
        throw malformed(
          file, "found the class \(fields[1].prefix(20)) of \(fields[0]), expected one of wnids.txt")
      }
      test.append(Example(name: name, label: label))
    }
    if let other = left.min() { throw malformed(file, "found no class of \(other), expected one") }
    return test
  }

  /// The lines of a file of text that are not empty.
  private func lines(_ name: String) throws(DataError) -> [Substring] {
    let url = folder.appendingPathComponent(name)
    guard let size = FileStamp(of: url)?.size, size <= TinyImageNet.mostText else {
      throw malformed(name, "found more than \(TinyImageNet.mostText) bytes, or no file")
    }
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw .inaccessible(path: url.path, reason: error.localizedDescription)
    }
    return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
  }

  private func malformed(_ name: String, _ detail: String) -> DataError {
    .malformed(path: name.isEmpty ? folder.path : folder.appendingPathComponent(name).path, detail: detail)
  }
}
