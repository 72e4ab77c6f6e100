// One import for users of the library: `import Touchstone`.
@_exported import Attribution
@_exported import Budgeting
@_exported import Evaluation
@_exported import JourneyIO
@_exported import Journeys
@_exported import LinearAlgebra
@_exported import MonteCarlo
@_exported import Parallel
@_exported import Reporting
@_exported import Simulation
