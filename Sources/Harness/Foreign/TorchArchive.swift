import Foundation
import NeuralNetworks
import Tensors
import Vision

/// What is wrong with a PyTorch file, without its name.
struct TorchProblem: Error, Equatable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// The tensors in a file that `torch.save` wrote: a zip archive with a pickle that says where the numbers lie.
///
/// Nothing of it is executed; what is not a tensor is passed over.
enum TorchArchive {
  /// No network of the suite has more numbers than this many bytes hold.
  static let mostBytes = 8 << 30

  /// The tensors with a fraction of the archive in `data`, as float32, by their names; whole numbers are left out.
  static func weights(in data: Data) throws(TorchProblem) -> [String: Tensor] {
    do throws(ArrayFileError.Problem) {
      return try weights(in: try ZipArchive(data))
    } catch {
      throw error.asTorchProblem
    }
  }

  private static func weights(
    in archive: ZipArchive
  ) throws(ArrayFileError.Problem) -> [String: Tensor] {
    guard let pickle = archive.members.first(where: { $0.name.hasSuffix("/data.pkl") }) else {
      throw .malformed("it has no data.pkl, which torch.save writes")
    }
    let folder = pickle.name.dropLast("data.pkl".count)
    let members = Dictionary(archive.members.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    if let order = members["\(folder)byteorder"] {
      let text = String(decoding: try archive.content(of: order), as: UTF8.self)
      guard text == "little" else {
        throw .malformed("its numbers are \(text)-endian, and only little is read")
      }
    }
    let described: [String: TorchPickle.Tensor]
    do throws(TorchProblem) {
      described = try TorchPickle.tensors(in: try content(of: pickle, in: archive))
    } catch {
      throw .malformed(error.description)
    }
    var (storages, tensors, total) = ([String: Data](), [String: Tensor](), 0)
    for (name, tensor) in described.sorted(by: { $0.key < $1.key }) {
      guard let format = ForeignTensor.Format(storage: tensor.type) else { continue }
      if storages[tensor.storage] == nil {
        guard let member = members["\(folder)data/\(tensor.storage)"] else {
          throw .malformed("it has no data/\(tensor.storage), which holds \(name)")
        }
        total += member.size
        guard total <= mostBytes else {
          throw .tooLarge(announced: "\(total) bytes of tensors", limit: mostBytes)
        }
        storages[tensor.storage] = try archive.content(of: member)
      }
      guard let values = tensor.values(in: storages[tensor.storage]!, format) else {
        throw .malformed(
          "\(name) of shape \(tensor.shape) does not fit the \(storages[tensor.storage]!.count) bytes of its storage"
        )
      }
      tensors[name] = values
    }
    return tensors
  }

  private static func content(
    of member: ZipArchive.Member, in archive: ZipArchive
  ) throws(TorchProblem) -> Data {
    do throws(ArrayFileError.Problem) {
      return try archive.content(of: member)
    } catch {
      throw error.asTorchProblem
    }
  }
}

extension ArrayFileError.Problem {
  fileprivate var asTorchProblem: TorchProblem {
    switch self {
    case .malformed(let detail), .unfit(let detail), .inaccessible(let detail), .elementType(let detail):
      TorchProblem(detail)
    case .truncated(let found, let expected):
      TorchProblem("it is cut off, \(found) of \(expected) bytes are there")
    case .trailing(let count): TorchProblem("\(count) bytes follow its end")
    case .tooLarge(let announced, let limit):
      TorchProblem("it announces \(announced), and at most \(limit) are read")
    }
  }
}

extension ForeignTensor.Format {
  /// The format of PyTorch's storage called `name`; `nil` for whole numbers.
  fileprivate init?(storage name: String) {
    switch name {
    case "DoubleStorage": self = .float64
    case "FloatStorage": self = .float32
    case "HalfStorage": self = .float16
    case "BFloat16Storage": self = .bfloat16
    default: return nil
    }
  }
}

extension TorchPickle.Tensor {
  /// The numbers in `storage` in the order of the shape, whatever their strides; `nil` where they do not lie in it.
  fileprivate func values(in storage: Data, _ format: ForeignTensor.Format) -> Tensors.Tensor? {
    // The place behind the last number, in elements.
    var (count, end) = (1, offset)
    for (extent, stride) in zip(shape, strides) {
      let (product, overflows) = count.multipliedReportingOverflow(by: extent)
      let (reach, isFar) = max(0, extent - 1).multipliedReportingOverflow(by: stride)
      let (next, isFarther) = end.addingReportingOverflow(reach)
      if overflows || isFar || isFarther { return nil }
      (count, end) = (product, next)
    }
    let available = storage.count / format.byteCount
    // Numbers that several places share would let a small file stand for a huge tensor.
    guard count == 0 || end < available, count <= available else { return nil }
    let places = isRowMajor ? nil : storagePlaces
    return storage.withUnsafeBytes { bytes in
      if let places {
        let all = ForeignTensor.float32(
          UnsafeRawBufferPointer(rebasing: bytes[..<(available * format.byteCount)]), format: format,
          shape: [available])
        return all.withFloats { all in Tensors.Tensor(places.map { all[$0] }, shape: Shape(shape)) }
      }
      let (size, begin) = (format.byteCount, count == 0 ? 0 : offset)
      return ForeignTensor.float32(
        UnsafeRawBufferPointer(rebasing: bytes[(begin * size)..<((begin + count) * size)]), format: format,
        shape: Shape(shape))
    }
  }

  /// Whether the numbers lie one after another in the order of the shape.
  private var isRowMajor: Bool {
    var expected = 1
    for (extent, stride) in zip(shape, strides).reversed() {
      guard extent <= 1 || stride == expected else { return false }
      expected *= max(1, extent)
    }
    return true
  }

  /// Where in the storage each number lies, in the order of the shape.
  private var storagePlaces: [Int] {
    var places = [offset]
    for (extent, stride) in zip(shape, strides) {
      places = places.flatMap { place in (0..<extent).map { place + $0 * stride } }
    }
    return places
  }
}
