extension ImageSet {
  /// The images that show a class of `half`, in their order and under their labels; traps without labels.
  ///
  /// Labels decide which images these are, and nothing else: whoever trains on them alone has to say so.
  public func images(of half: ClassHalf) -> ImageSet {
    precondition(!labels.isEmpty, "the images of some classes, of a set without labels")
    let classes = half.classes(of: classNames.count)
    return subset(labels.indices.filter { classes.contains(labels[$0]) })
  }
}
