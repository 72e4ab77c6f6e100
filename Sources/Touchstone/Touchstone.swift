// One import for users of the library: `import Touchstone`.
@_exported import TouchstoneAttribution
@_exported import TouchstoneBudgeting
@_exported import TouchstoneEvaluation
@_exported import TouchstoneJourneyIO
@_exported import TouchstoneJourneys
@_exported import TouchstoneParallel
@_exported import TouchstoneSimulation
@_exported import TouchstoneText
