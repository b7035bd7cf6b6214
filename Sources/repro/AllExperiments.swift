import CO2Paper
import Harness

/// Every experiment, one line each.
let allExperiments = Catalogue([
  CO2OnCIFAR10.self
])
