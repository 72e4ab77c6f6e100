import TouchstoneCLI

@main
enum Main {
  static func main() { TouchstoneCommand.main() }
}
