import ArgumentParser

/// What a file of weights may leave open.
struct NetworkFileOptions: ParsableArguments {
  @Option(
    help:
      "The colours that the network expects, where its file does not say: imagenet, cifar10, cifar100, stl10, none."
  )
  var colors: ColorOption?

  @Option(help: "Which network, where a file holds several: what stands before its names, such as backbone.")
  var prefix: String?
}
