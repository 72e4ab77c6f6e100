/// A user's own type, in a module that is called like one of Touchstone's folders.
public enum TestSupport {
  public static let isTheUsers = true
}
