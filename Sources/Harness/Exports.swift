// What was part of this room and stands below it now; papers have it through here.
@_exported import Claims
@_exported import Recipes
@_exported import Records
@_exported import Statistics
