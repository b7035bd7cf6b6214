// The constants of a run lie below the engine; whoever trains has them with it.
@_exported import Recipes
