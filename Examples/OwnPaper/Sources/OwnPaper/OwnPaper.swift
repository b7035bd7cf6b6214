import Commands
import Harness
import VICRegPaper

/// The whole command line of the suite, with the experiments of this package.
@main
enum OwnPaper {
  static func main() async {
    await ReproCommand.main(Catalogue([VICRegOnCIFAR10.self]), builtFrom: Stamp.source)
  }
}
