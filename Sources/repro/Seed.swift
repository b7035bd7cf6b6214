@main struct Seed { static func main() {} }  // Deleted by the first file that follows.
