/// The paper's numbers beside ours.
public struct PaperTable: Sendable {}
