import CKernels
import Testing

@testable import Tensors

@Suite struct CoreLimitsTests {
  @Test func whateverIsSlowerIsTheFloor() {
    let limits = CoreLimits()
    let (products, moves) = (limits.multiplyAddsPerSecond[.float32]!, limits.bytesPerSecond[.memory]!)
    #expect(products > 0 && moves > 0)
    let million = 1_000_000
    #expect(
      limits.seconds(multiplyAdds: million, of: .float32, bytes: 0, in: .memory) == Double(million) / products
    )
    #expect(
      limits.seconds(multiplyAdds: 1, of: .float32, bytes: million, in: .memory) == Double(million) / moves)
  }

  @Test func dataLiesInTheNearestPlaceThatHoldsIt() {
    let (second, third) = (CoreLimits.Place.secondLevel.capacity, CoreLimits.Place.thirdLevel.capacity)
    #expect(CoreLimits.Place(holding: 1) == .secondLevel && CoreLimits.Place(holding: second) == .secondLevel)
    #expect(CoreLimits.Place(holding: second + 1) == (third > second ? .thirdLevel : .memory))
    #expect(CoreLimits.Place(holding: .max) == .memory)
    for place in CoreLimits.Place.allCases {
      #expect(CoreLimits.Place(holding: 2 * place.sampleByteCount) == place)
    }
  }

  /// The kernels behind a trial are those of the engine; it need only hand them what they expect.
  @Test func trialsOfConvolutionsCountTheirChunk() {
    for dataType in [DataType.float32, .bfloat16] {
      for direction in ConvolutionTrial.Direction.allCases {
        let trial = ConvolutionTrial(
          direction, side: 8, inputChannels: 16, outputChannels: 32, kernel: 3, stride: 2, dataType: dataType)
        // 64 images, or 192 kB of them with AVX2 and a multiple of three.
        let images = rk_isa() != RK_ISA_AVX2 ? 64 : dataType == .float32 ? 48 : 63
        #expect(trial.images == images && trial.multiplyAdds == images * 11 * 11 * 16 * 32)
        #expect(trial.bytes >= images * (64 * 16 + 16 * 32) * dataType.byteCount)
        trial()
      }
    }
  }
}
