import AdaInfPaper
import CO2Paper
import GSimCLRPaper
import Harness
import PixProPaper
import RotNetPaper
import SimCLRPaper
import SwAVPaper

/// Every experiment, one line each.
let allExperiments = Catalogue(
  [
    CO2OnTinyImageNet.self,
    CO2OnCIFAR10.self,
    SimCLROnCIFAR10.self,
    SimCLROnSTL10.self,
    SwAVOnTinyImageNet.self,
    SwAVOnCIFAR10.self,
    SwAVOnSTL10.self,
    PixProOnCamVid.self,
    PixProOnCIFAR10.self,
    PixProOnTinyImageNet.self,
    RotNetOnCIFAR10.self,
    GSimCLROnCIFAR10.self,
    AdaInfOnCIFAR10.self,
    AdaInfOnCIFAR100.self,
  ],
  families: [
    ClaimFamily(
      "2026: one headline for each of seven papers",
      of: [
        "co2-tiny-imagenet-100", "simclr-cifar10", "swav-tiny-imagenet-100", "pixpro-camvid",
        "rotnet-cifar10", "gsimclr-cifar10",
        "adainf-cifar10",
      ])
  ])
