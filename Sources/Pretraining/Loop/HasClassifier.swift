import NeuralNetworks

/// A method that trains a layer of class scores on its encoder's features.
public protocol HasClassifier: PretrainingMethod {
  /// From features (N × D) to one number per class.
  var classifier: Linear { get }
}
