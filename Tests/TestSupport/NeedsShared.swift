import Testing

extension Trait where Self == ConditionTrait {
  /// Skips tests where a file of the data shared beside the repository is absent, and says so in the report: these data
  /// may not be copied into it.
  ///
  /// - Parameter file: As for ``Repository/shared(_:)``.
  public static func needsShared(
    _ file: String, sourceLocation: SourceLocation = #_sourceLocation
  ) -> Self {
    .enabled(
      if: Repository.shared(file) != nil, "needs shared/\(file), which does not lie beside this repository",
      sourceLocation: sourceLocation)
  }
}
