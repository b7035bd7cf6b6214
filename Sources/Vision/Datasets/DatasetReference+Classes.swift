extension DatasetReference {
  /// How many classes the labels tell apart; traps for images of one's own.
  public var classCount: Int {
    switch name {
    case .cifar100, .tinyImageNet100: 100
    case .tinyImageNet200: 200
    case .camvid: CamVid.classNames.count
    case .cifar10, .stl10, .shapes: 10
    case .images: preconditionFailure("only a folder of one's own says how many classes it has")
    }
  }
}

extension DatasetReference {
  /// Pixels per side of the images of pre-training.
  public var imageSide: Int { side ?? name.imageSide ?? CamVid.windowSide }
}
