import CKernels

extension ForwardWalk {
  /// Names what making the next chunk of a feature will read, for this chunk's convolutions to fetch.
  func readAhead(_ index: Int, _ next: Chunk?, _ part: Int) {
    rk_read_ahead_clear()
    guard let next, let main = network.features[index].main else { return }
    let (feature, values) = (network.features[index], plan.values(values, part))
    plan.convolutions[main].output.readAhead(values, next)
    if let side = feature.side {
      plan.convolutions[side].output.readAhead(values, next)
    } else if let residual = feature.residual, case .stored(let place) = plan.features[residual].home {
      place.readAhead(values, next)
    }
  }
}

extension BackwardWalk {
  /// Names what the visit of the next chunk of a feature will read, for this chunk's convolutions to fetch.
  func readAhead(_ index: Int, _ next: Chunk?) {
    rk_read_ahead_clear()
    guard let next else { return }
    let feature = network.features[index]
    for reader in feature.readers {
      let output = network.convolutions[reader].output!
      (back.features[output].unpooled ?? back.features[output].gradient).readAhead(gradients, next)
      plan.convolutions[reader].output.readAhead(forward.values, next)
      if network.features[output].residual != nil || network.features[output].side != nil {
        readAheadStored(output, next)
      }
    }
    readAheadStored(index, next)
    for join in feature.joins { back.features[join].gradient.readAhead(gradients, next) }
    for convolution in [feature.main, feature.side] {
      if let convolution { plan.convolutions[convolution].output.readAhead(forward.values, next) }
    }
  }

  private func readAheadStored(_ feature: Int, _ chunk: Chunk) {
    if case .stored(let place) = plan.features[feature].home { place.readAhead(forward.values, chunk) }
  }
}

extension Placement {
  fileprivate func readAhead(_ base: UnsafeMutableRawPointer, _ chunk: Chunk) {
    rk_read_ahead(address(base, chunk.position), chunk.count * imageBytes)
  }
}
