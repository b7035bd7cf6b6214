extension DatasetReference {
  /// How many classes the labels tell apart.
  public var classCount: Int {
    switch name {
    case .cifar100, .tinyImageNet100: 100
    case .tinyImageNet200: 200
    case .camvid: CamVid.classNames.count
    case .cifar10, .stl10, .shapes: 10
    }
  }
}
