import CJPEG
import Foundation
import Testing

@testable import Vision

/// Tiny ImageNet's folders: small ones made in their layout, and the hundred classes where they are at hand.
@Suite struct TinyImageNetTests {
  let folder: TemporaryFolder
  /// Two of three classes' numbers are not in the order of `wnids.txt`.
  static let numbers = ["n00000003", "n00000001"]

  init() throws {
    folder = try TemporaryFolder()
    for (class_, number) in Self.numbers.enumerated() {
      let images = try folder.make("tiny-imagenet-200/train/\(number)/images")
      for index in 0..<(3 - class_) {
        let gray = number == "n00000001" && index == 0
        try Self.jpeg(40 * class_ + 10 * index, isGray: gray).write(
          to: images.appending(path: "\(number)_\(index).JPEG"))
      }
      try write("a box", to: "train/\(number)/\(number)_boxes.txt")
    }
    let images = try folder.make("tiny-imagenet-200/val/images")
    for index in 0..<3 {
      try Self.jpeg(200 + index).write(to: images.appending(path: "val_\(index).JPEG"))
    }
    try write(
      "val_2.JPEG\tn00000003\t0\t0\t9\t9\nval_0.JPEG\tn00000001\nval_1.JPEG\tn00000003\n", to: Self.labels)
    try write(Self.numbers.joined(separator: "\n"), to: "wnids.txt")
    try write("n00000001\tgoldfish, Carassius auratus\nn00000002\tnail\nn00000003\tbee\n", to: "words.txt")
  }

  static let labels = "val/val_annotations.txt"

  private var files: TinyImageNet { TinyImageNet(folder: url(""), classCount: 2) }
  private func url(_ path: String) -> URL { folder.url.appending(path: "tiny-imagenet-200/\(path)") }
  private func write(_ text: String, to path: String) throws { try Data(text.utf8).write(to: url(path)) }

  /// A JPEG file of 64 × 64 pixels of one level, quality 95.
  static func jpeg(_ level: Int, isGray: Bool = false, side: Int = 64) throws -> Data {
    let channels = isGray ? 1 : 3
    let row = (0..<side * channels).map { UInt8(isGray ? level : (level + 20 * ($0 % 3)) % 256) }
    return JPEGWriter.write([[UInt8]](repeating: row, count: side), channels: channels)
  }

  @Test func imagesAreReadClassByTurns() throws {
    let listing = try files.listing()
    #expect(listing.classNames == ["goldfish", "bee"])
    #expect(
      listing.training.map(\.name) == [
        "train/n00000001/images/n00000001_0.JPEG", "train/n00000003/images/n00000003_0.JPEG",
        "train/n00000001/images/n00000001_1.JPEG", "train/n00000003/images/n00000003_1.JPEG",
        "train/n00000003/images/n00000003_2.JPEG",
      ])
    #expect(listing.training.map(\.label) == [0, 1, 0, 1, 1])
    #expect(
      listing.test == [
        .init(name: "val/images/val_2.JPEG", label: 1), .init(name: "val/images/val_0.JPEG", label: 0),
        .init(name: "val/images/val_1.JPEG", label: 1),
      ])
    let (training, test) = try files.decoded(listing)
    #expect(training.count == 5 * 12_288 && test.count == 3 * 12_288)
    // The first is gray, level 40 in all three planes; the second has levels 0, 20 and 40.
    func level(_ bytes: [UInt8], _ image: Int, _ plane: Int) -> Int {
      Int(bytes[image * 12_288 + plane * 4_096 + 99])
    }
    for plane in 0..<3 {
      #expect(abs(level(training, 0, plane) - 40) <= 1)
      #expect(abs(level(training, 1, plane) - 20 * plane) <= 3)
      #expect(abs(level(test, 0, plane) - [202, 222, 242][plane]) <= 3)
    }
  }

  @Test func theSetIsLoadedByName() throws {
    // Two classes stand for two hundred: the count of classes is all that differs.
    let all = (0..<200).map { String(format: "n%08d", $0) }
    for number in all where !Self.numbers.contains(number) {
      let images = try folder.make("tiny-imagenet-200/train/\(number)/images")
      try Self.jpeg(128).write(to: images.appending(path: "\(number)_0.JPEG"))
    }
    try write(all.joined(separator: "\n"), to: "wnids.txt")
    try write(all.map { "\($0)\tclass \($0)" }.joined(separator: "\n"), to: "words.txt")
    let error = #expect(throws: DataError.self) {
      try DatasetReference.tinyImageNet200.load(from: folder.url)
    }
    #expect(error?.description.contains("--accept-digest") == true)
    let images = try DatasetReference.tinyImageNet200.load(from: folder.url, acceptingDigest: true)
    #expect(images.identity.name == "tiny-imagenet-200" && images.identity.kind.hasPrefix("custom:"))
    #expect(images.training.count == 203 && images.test.count == 3 && images.training.height == 64)
    #expect(images.training.classNames.count == DatasetReference.tinyImageNet200.classCount)
    #expect(images.pretraining.bytes == images.training.bytes)
    let first = try DatasetReference.tinyImageNet200.first(10).load(from: folder.url, acceptingDigest: true)
    #expect(first.training.labels == Array(0..<10) && first.identity == images.identity)
    let absent = #expect(throws: DataError.self) {
      try DatasetReference.tinyImageNet100.load(from: folder.url)
    }
    #expect(absent?.description.contains("repro data get tiny-imagenet-100 --from FOLDER") == true)
  }

  /// Known files that another JPEG library decodes to other images are not the known images.
  @Test func whatIsDecodedOtherwiseIsNamed() throws {
    let form = DataForm(
      folder: "tiny-imagenet-200", format: .classFolders, files: [], archive: nil,
      copies: [.copy("known", sha256: "abc", decoded: "0")])
    let identity = DataIdentity(name: "tiny-imagenet-200", kind: "known", digest: "abc")
    let kept = DecodedImages(directory: folder.url)
    func load(acceptingDigest: Bool) throws -> ImageCollection {
      try DatasetReference.tinyImageNet200.collection(
        files, identity, form, kept, acceptingDigest: acceptingDigest)
    }
    let error = #expect(throws: DataError.self) { try load(acceptingDigest: false) }
    #expect(error?.description.contains("libjpeg62-turbo-dev") == true)
    let accepted = try load(acceptingDigest: true).identity
    #expect(accepted.kind == "custom:\(accepted.digest.prefix(12))" && accepted.digest != "abc")
  }

  @Test func theIdentityIsThatOfTheShell() throws {
    let store = DataStore(directory: folder.url)
    let identity = try DataFolder(of: .tinyImageNet200, in: folder.url).identity(
      cache: DigestCache(directory: folder.url), acceptingDigest: true)
    let shell = Process()
    let output = Pipe()
    shell.executableURL = URL(filePath: "/bin/sh")
    shell.currentDirectoryURL = url("")
    shell.arguments = [
      "-c",
      "(find train val -name '*.JPEG'; ls *.txt val/*.txt) | LC_ALL=C sort | xargs sha256sum | sha256sum",
    ]
    shell.standardOutput = output
    try shell.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(text.hasPrefix(identity.digest))
    guard case .present(_, let kind) = store.status(of: .tinyImageNet200).state else {
      Issue.record("it is there")
      return
    }
    #expect(kind == identity.kind)
  }

  @Test(arguments: [
    ("wnids.txt", "n00000001\nn3", "found “n3”, expected an n and 8 digits"),
    ("wnids.txt", "n00000001\nn00000001", "a class twice"),
    ("wnids.txt", "n00000001\nn00000002", "found no n00000003, of which train has images"),
    ("wnids.txt", "n00000001", "found 1 classes, expected 2"),
    ("words.txt", "n00000001\tgoldfish\n", "no words for n00000003"),
    ("words.txt", "n00000001 goldfish\n", "a tab and words"),
    (labels, "val_0.JPEG n00000001\n", "a tab and its class"),
    (labels, "val_0.JPEG\tn00000001\nval_0.JPEG\tn00000001\n", "found val_0.JPEG twice or without its image"),
    (labels, "../../wnids.txt\tn00000001\n", "twice or without its image"),
    (labels, "val_0.JPEG\tn00000002\n", "found the class n00000002 of val_0.JPEG"),
    (labels, "val_0.JPEG\tn00000001\n", "found no class of val/images/val_1.JPEG"),
  ])
  func textsThatDoNotFitAreNamed(path: String, text: String, problem: String) throws {
    try write(text, to: path)
    let error = #expect(throws: DataError.self) { try files.listing() }
    let message = error?.description ?? ""
    #expect(message.contains(problem) && message.contains(path) && !message.contains("\n"), "\(message)")
  }

  @Test func imagesThatDoNotFitAreNamed() throws {
    let path = "train/n00000003/images/n00000003_1.JPEG"
    let listing = try files.listing()
    try Self.jpeg(9, side: 32).write(to: url(path))
    let size = #expect(throws: DataError.self) { try files.decoded(listing) }
    #expect(size?.description.contains("found 32 × 32 pixels, expected 64 × 64") == true)
    try Self.jpeg(9).dropLast(30).write(to: url(path))
    let cut = #expect(throws: DataError.self) { try files.decoded(listing) }
    #expect(cut?.description.contains("n00000003_1.JPEG is not in its format") == true)
    for index in 0..<2 {
      try FileManager.default.removeItem(at: url("train/n00000001/images/n00000001_\(index).JPEG"))
    }
    #expect(throws: DataError.self) { try files.listing() }
  }

  // MARK: The memory of decoded images

  @Test func imagesAreDecodedOnceAndVerified() throws {
    let kept = DecodedImages(directory: folder.url, caches: try folder.make("caches"))
    var count = 0
    func content(_ source: String = "0123456789abcdef0123456789abcdef") throws(DataError)
      -> DecodedImages.Content
    {
      try kept.content(of: source, training: 3, test: 2) { () throws(DataError) in
        count += 1
        return ([1, 2, 3], [4, 5])
      }
    }
    #expect(try content().training == [1, 2, 3] && count == 1)
    // printf '\001\002\003\004\005' | sha256sum
    #expect(
      try content().sha256 == "74f81fe167d99b4cb41d6d0ccda82278caee9f3e2f25d5e5a3936ff3dcec60d0" && count == 1
    )
    #expect(try content().test == [4, 5] && count == 1)
    let file = folder.url.appending(path: ".decoded/0123456789abcdef01234567.images")
    let whole = try Data(contentsOf: file)
    for (place, byte) in [(whole.count - 1, 9), (whole.count - 4, 9), (3, 0x20)] as [(Int, UInt8)] {
      var bytes = whole
      bytes[place] = byte
      try bytes.write(to: file)
      let before = count
      #expect(try content().test == [4, 5] && count == before + 1, "byte \(place)")
      #expect(try Data(contentsOf: file) == whole)
    }
    try whole.dropLast().write(to: file)
    #expect(try content().test == [4, 5] && count == 5)
    #expect(try content("another0another0another0").test == [4, 5] && count == 6)
    let left = try FileManager.default.contentsOfDirectory(atPath: file.deletingLastPathComponent().path)
    #expect(left.allSatisfy { $0.hasSuffix(".images") || $0 == ".lock" })
  }

  @Test func imagesAreDecodedByOneProcessAndElsewhereIfNeedBe() throws {
    // A file stands where the folder should be, and so the other place is taken.
    try write("", to: ".decoded")
    let caches = try folder.make("caches")
    let kept = DecodedImages(directory: url(""), caches: caches)
    _ = try kept.content(of: "a", training: 1, test: 1) { ([1], [2]) }
    #expect(FileManager.default.fileExists(atPath: caches.appending(path: "repro/decoded/a.images").path))
    // Whoever waits for too long goes on alone.
    let lock = try FileLock(caches.appending(path: "repro/decoded/.lock"))
    #expect(lock.take(for: "decoding") == .taken)
    var impatient = kept
    impatient.patience = 0.2
    #expect(try impatient.content(of: "b", training: 1, test: 1) { ([1], [2]) }.test == [2])
  }

  // MARK: The real ones

  @Test(.enabled(if: DataStore().has(.tinyImageNet100), "the hundred classes are not in $REPRO_DATA"))
  func theHundredClassesAreRead() throws {
    let images = try DatasetReference.tinyImageNet100.load()
    #expect(images.identity.kind == "every-second-class")
    #expect(images.training.count == 50_000 && images.test.count == 5_000)
    for label in 0..<100 {
      #expect(images.training.labels.count { $0 == label } == 500)
      #expect(images.test.labels.count { $0 == label } == 50)
    }
    #expect(images.training.classNames.count == 100 && Set(images.training.classNames).count == 100)
    #expect(images.training.classNames.prefix(3) == ["goldfish", "bullfrog", "American alligator"])
    let measured = Standardization(measuredOn: images.training)
    for (found, stated) in zip(
      measured.mean + measured.deviation,
      Standardization.tinyImageNet.mean + Standardization.tinyImageNet.deviation)
    { #expect(abs(found - stated) < 5.1e-5) }
    let tuning = try DatasetReference(.tinyImageNet100, holdsOutTail: true).load()
    for label in 0..<100 { #expect(tuning.test.labels.count { $0 == label } == 50) }
  }
}

extension DataStore {
  /// Whether a data set lies in the store.
  func has(_ name: DatasetReference.Name) -> Bool {
    if case .present = status(of: name).state { true } else { false }
  }
}

/// Writes JPEG files for tests.
enum JPEGWriter {
  /// A file of quality 95; `isSeparate` gives each of three colours a scan of its own.
  static func write(
    _ rows: [[UInt8]], channels: Int, isProgressive: Bool = false, isSeparate: Bool = false
  ) -> Data {
    let scans = UnsafeMutablePointer<jpeg_scan_info>.allocate(capacity: 3)
    defer { scans.deallocate() }
    for index in 0..<3 {
      (scans + index).initialize(
        to: jpeg_scan_info(
          comps_in_scan: 1, component_index: (Int32(index), 0, 0, 0), Ss: 0, Se: 63, Ah: 0, Al: 0))
    }
    var (info, error) = (jpeg_compress_struct(), jpeg_error_mgr())
    var (buffer, size): (UnsafeMutablePointer<UInt8>?, UInt) = (nil, 0)
    withUnsafeMutablePointer(to: &error) { error in
      info.err = jpeg_std_error(error)
      jpeg_CreateCompress(&info, JPEG_LIB_VERSION, MemoryLayout<jpeg_compress_struct>.size)
      jpeg_mem_dest(&info, &buffer, &size)
      (info.image_height, info.image_width) = (UInt32(rows.count), UInt32(rows[0].count / channels))
      info.input_components = Int32(channels)
      info.in_color_space = channels == 1 ? JCS_GRAYSCALE : channels == 4 ? JCS_CMYK : JCS_RGB
      jpeg_set_defaults(&info)
      jpeg_set_quality(&info, 95, 1)
      if isProgressive { jpeg_simple_progression(&info) }
      if isSeparate { (info.scan_info, info.num_scans) = (UnsafePointer(scans), 3) }
      jpeg_start_compress(&info, 1)
      for var row in rows {
        row.withUnsafeMutableBufferPointer {
          var line: JSAMPROW? = $0.baseAddress
          _ = jpeg_write_scanlines(&info, &line, 1)
        }
      }
      jpeg_finish_compress(&info)
      jpeg_destroy_compress(&info)
    }
    defer { free(buffer) }
    return Data(bytes: buffer!, count: Int(size))
  }
}
