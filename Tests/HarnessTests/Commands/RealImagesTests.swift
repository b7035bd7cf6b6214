import Harness
import Testing

@testable import Commands
@testable import repro

/// What a demonstration says to type for real images.
@Suite struct RealImagesTests {
  @Test func commandsForRealImages() throws {
    func commands(_ name: String, _ scale: Scale = .reduced) throws -> String {
      RealImages(of: try allExperiments.experiment(named: name), at: scale, program: "repro").commands
    }
    #expect(try commands("co2-cifar10") == "repro data get cifar10 && repro co2-cifar10")
    #expect(
      try commands("co2-cifar10", .paper) == "repro data get cifar10 && repro co2-cifar10 --scale paper")
    #expect(
      try commands("adainf-cifar100")
        == "repro data get cifar100 && repro generate --data cifar100 && repro adainf-cifar100")
    #expect(
      try commands("pixpro-cifar10")
        == "repro data get cifar10 && repro data get camvid --from FOLDER && repro pixpro-cifar10")
  }

  @Test func longLinesAreOnePerCommand() throws {
    let camvid = RealImages(
      of: try allExperiments.experiment(named: "pixpro-camvid"), at: .reduced, program: "swift run repro")
    let line = "Real images: swift run repro data get camvid --from FOLDER && swift run repro pixpro-camvid"
    #expect(camvid.text(width: 100) == line)
    #expect(
      camvid.text(width: 80)
        == "Real images:\n  swift run repro data get camvid --from FOLDER &&\n  swift run repro pixpro-camvid"
    )
  }
}
