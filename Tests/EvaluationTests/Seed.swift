// Seed of the target; deleted by the first file that follows.
