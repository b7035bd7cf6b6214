import COneDNN

/// What oneDNN says about itself, and the check every call of it goes through.
public enum OneDNN {
  /// The version of the library that is loaded.
  public static var version: String { String(cString: rd_version()) }
  /// The instruction set that it uses.
  public static var instructionSet: String { String(cString: rd_effective_isa()) }
  /// Whether the CPU multiplies bfloat16 numbers itself.
  public static var hasBFloat16: Bool { rd_has_bf16() }

  /// Traps when `status` is a failure: the arguments were checked before, so only the library can be at fault.
  static func check(_ status: rd_status, _ what: @autoclosure () -> String) {
    guard status != RD_OK else { return }
    fatalError("oneDNN failed at \(what()): \(String(cString: rd_last_error()))")
  }
}
