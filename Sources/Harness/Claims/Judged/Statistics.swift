@_exported import Statistics
