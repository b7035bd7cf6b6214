import CKernels
import COneDNN
import Evaluation
import NeuralNetworks
import Pretraining
import Tensors
import Vision

// What surrounds the network: heads and losses, updates, views, and what measures features.

extension KernelGroup {
  /// Float32 products at batch 256: of heads, of queries with a queue, of views with each other.
  package static var products: KernelGroup {
    KernelGroup(title: "Products, float32") {
      [128, 512].flatMap { features in
        [
          product("head's layer, 256 × \(features) by \(features) × \(features)", 256, features, features),
          product("its input's gradient, \(features)", 256, features, features, transposing: (false, false)),
          product("its weights' gradient, \(features)", features, features, 256, transposing: (true, false)),
        ]
      } + [
        product("queries with a queue, 256 × 128 by 128 × 4,096", 256, 4_096, 128),
        product("the queries' gradient", 256, 128, 4_096, transposing: (false, false)),
        product("views with views, 512 × 128 by 128 × 512", 512, 512, 128),
        product("the views' gradient", 512, 128, 512, transposing: (false, false)),
      ]
    }
  }

  /// c = op(a) op(b) of `rows` × `columns`, over `depth`; by default rows with rows.
  private static func product(
    _ kernel: String, _ rows: Int, _ columns: Int, _ depth: Int, transposing: (Bool, Bool) = (false, true)
  ) -> KernelTrial {
    let (a, b, c) = (Numbers(rows * depth), Numbers(depth * columns), Numbers(rows * columns))
    let (strideA, strideB) = (transposing.0 ? rows : depth, transposing.1 ? depth : columns)
    let bytes = 4 * (rows * depth + depth * columns + rows * columns)
    return KernelTrial(kernel, multiplyAdds: rows * columns * depth, bytes: bytes) {
      _ = rd_sgemm(
        transposing.0, transposing.1, rows, columns, depth, 1, a.floats, strideA, b.floats, strideB, 0,
        c.floats, columns)
    }
  }

  /// Losses with their gradients, row by row; their floor counts bytes only, though they take exponentials.
  package static var losses: KernelGroup {
    KernelGroup(title: "Losses with gradients, float32") {
      let (rows, columns, views) = (256, 4_096, 512)
      let count = rows * columns
      let (positive, toPositive, losses) = (Numbers(rows), Numbers(rows), Numbers(views))
      let (qn, pn, gradient) = (Numbers(count), Numbers(count), Numbers(count))
      let (s, logs) = (Numbers(views * views), Numbers(views))
      return [
        KernelTrial("InfoNCE, 256 × 4,096", bytes: 8 * count) {
          rk_info_nce_rows(
            positive.floats, qn.floats, 10, 1 / 256, losses.floats, toPositive.floats, gradient.floats, rows,
            columns)
        },
        KernelTrial("CO2's consistency, 256 × 4,096", bytes: 12 * count) {
          rk_consistency_rows(
            qn.floats, pn.floats, nil, 20, 1 / 256, false, losses.floats, gradient.floats, nil, rows, columns)
        },
        KernelTrial("NT-Xent's sums, 512 × 512", bytes: 4 * views * views) {
          rk_nt_xent_rows(s.floats, 0, 2, logs.floats, losses.floats, views, views)
        },
        KernelTrial("its gradient", bytes: 8 * views * views) {
          rk_nt_xent_gradient(s.floats, logs.floats, 0, 2, 1 / 512, gradient.floats, views, views)
        },
        KernelTrial("rows to length one, 512 × 128", bytes: 8 * views * 128) {
          rk_normalize_rows(s.floats, gradient.floats, logs.floats, 1e-12, views, 128)
        },
      ]
    }
  }

  /// Passes over the parameters of a ResNet-18 of width 16 and its head.
  package static var updates: KernelGroup {
    KernelGroup(title: "Updates of 720,000 parameters, float32") {
      let count = 720_000
      let (p, g, v, second) = (Numbers(count), Numbers(count), Numbers(count), Numbers(count, in: 0...1))
      let follower = Numbers(count)
      let sgd = { rk_sgd(p.floats, g.floats, v.floats, count, 1e-9, 0.9, 0, 5e-4, false) }
      let follow = { rk_ema(follower.floats, p.floats, count, 0.99) }
      return [
        KernelTrial("SGD with momentum", bytes: 20 * count, workingSet: 12 * count, run: sgd),
        KernelTrial("LARS", bytes: 20 * count, workingSet: 12 * count) {
          rk_lars(p.floats, g.floats, v.floats, count, 1e-9, 0.9, 1e-4, 1, false, true)
        },
        KernelTrial("Adam", bytes: 28 * count, workingSet: 16 * count) {
          rk_adam(
            p.floats, g.floats, v.floats, second.floats, count, 1e-9, 0.9, 0.999, 1e-8, 1e-4, true, 1, 1)
        },
        KernelTrial("momentum copy", bytes: 12 * count, workingSet: 8 * count, run: follow),
        // One pass over both would read the parameters once less.
        KernelTrial("SGD, then momentum copy", bytes: 28 * count, workingSet: 16 * count) {
          sgd()
          follow()
        },
      ]
    }
  }

  /// The passes that views are made of, on one image of 32 × 32 pixels; colours change in place.
  package static var transforms: KernelGroup {
    KernelGroup(title: "Passes over one view of 32 × 32, float32") {
      let (side, pixels) = (32, 1_024)
      let planes = Numbers(3 * pixels, in: 0...1)
      let (out, rounded) = (Numbers(3 * pixels), Numbers(3 * pixels, .bfloat16))
      let image = [UInt8](repeating: 127, count: 3 * pixels)
      let scratch = Numbers(rk_augment_scratch_bytes(3, side, side, side, side) / 4 + 16)
      let (mean, deviation) = (Numbers(3), Numbers(3, in: 0.5...1))
      func crop(cubic: Bool) {
        rk_resized_crop(
          image, 3, side, side, false, 3.5, 5.5, 21, 19, cubic, true, false, out.floats, side, side,
          scratch.floats)
      }
      func change(_ kernel: String, _ run: @escaping () -> Void) -> KernelTrial {
        KernelTrial(kernel, bytes: 24 * pixels, run: run)
      }
      return [
        KernelTrial("bilinear crop", bytes: 15 * pixels) { crop(cubic: false) },
        KernelTrial("bicubic crop", bytes: 15 * pixels) { crop(cubic: true) },
        change("brightness") { rk_adjust_brightness(planes.floats, pixels, 1.0001) },
        change("contrast") { rk_adjust_contrast(planes.floats, pixels, 1.0001) },
        change("saturation") { rk_adjust_saturation(planes.floats, pixels, 1.0001) },
        change("hue") { rk_adjust_hue(planes.floats, pixels, 0.01) },
        change("grey") { rk_grayscale(out.floats, pixels) },
        change("blur of 3 × 3") { rk_gaussian_blur(planes.floats, 3, side, side, 3, 1, scratch.floats) },
        KernelTrial("standardize", bytes: 24 * pixels) {
          rk_standardize_f32(planes.floats, 3, pixels, mean.floats, deviation.floats, out.floats)
        },
        KernelTrial("standardize", variant: "bfloat16", bytes: 18 * pixels) {
          rk_standardize_bf16(planes.floats, 3, pixels, mean.floats, deviation.floats, rounded.words)
        },
      ]
    }
  }

  /// 64 whole views from bytes to a batch; the floor is to read the bytes and write the batch.
  package static var views: KernelGroup {
    KernelGroup(title: "64 views from bytes") {
      let simCLR = Augmentation.simCLR(side: 32, SimCLR.Hyperparameters())
      let moco = Augmentation.mocoV2(side: 32, smallestCrop: 0.2)
      let images = RandomImages(count: 1_024).set
      let kinds: [(String, Augmentation)] = [("MoCo's", moco), ("SimCLR's", simCLR), ("as they are", [])]
      return kinds.flatMap { name, augmentation in
        [DataType.float32, .bfloat16].map { dataType in
          let loader = ViewLoader(
            images, augmentations: [augmentation], standardization: .cifar10, dataType: dataType)
          var epoch = 0
          return KernelTrial(
            name, variant: dataType.rawValue, bytes: 64 * 3_072 * (1 + dataType.byteCount)
          ) {
            // Other views every time, or their random numbers would be foreseen.
            let first = epoch % 16 * 64
            _ = loader.batch(indices: Array(first..<first + 64), epoch: epoch)
            epoch += 1
          }
        }
      }
    }
  }

  /// Exhaustive search and the probe's objective, with all that they do beside their products.
  package static var evaluation: KernelGroup {
    KernelGroup(title: "Measuring features, float32") {
      [128, 512].flatMap { dimension in
        let (queryCount, bankCount) = (256, 4_096)
        func features(_ count: Int) -> Tensor {
          var random = Random(seed: UInt64(count), stream: "features")
          return Tensor(shape: [count, dimension]) { random.uniform(in: -1...1) }
        }
        let (queries, bank) = (NormalizedRows(features(queryCount)), NormalizedRows(features(bankCount)))
        let problem = LogisticRegression(
          features: features(bankCount), labels: (0..<bankCount).map { $0 % 10 }, classCount: 10,
          penalty: 1e-4)
        let point = [Double](repeating: 0.01, count: problem.parameterCount)
        return [
          KernelTrial(
            "200 nearest of 4,096 to 256, \(dimension) features",
            multiplyAdds: queryCount * bankCount * dimension, bytes: 4 * (queryCount + bankCount) * dimension
          ) { _ = Neighbors(of: queries, in: bank, count: 200) },
          KernelTrial(
            "probe of 4,096, 10 classes, \(dimension) features",
            multiplyAdds: 2 * bankCount * dimension * 10, bytes: 4 * bankCount * dimension
          ) { _ = problem(point) },
        ]
      }
    }
  }
}
