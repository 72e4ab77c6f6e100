/// An amount of money as a table writes it: a number, perhaps with a currency before or behind it.
struct CurrencyAmount {
  let number: Double
  /// A symbol, or three letters; empty where none stands there.
  let currency: String

  /// `nil` where the text is none.
  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    func belongsToNumber(_ byte: UInt8) -> Bool { byte &- 0x30 <= 9 || "+-.".utf8.contains(byte) }
    guard let first = bytes.firstIndex(where: belongsToNumber), let last = bytes.lastIndex(where: belongsToNumber),
      let number = DecimalNumber.parse(UnsafeBufferPointer(rebasing: bytes[first...last])),
      let before = Self.currency(bytes[..<first]), let behind = Self.currency(bytes[(last + 1)...]),
      before.isEmpty || behind.isEmpty
    else {
      // A number with an exponent holds a letter.
      guard let number = DecimalNumber.parse(bytes) else { return nil }
      self.number = number
      currency = ""
      return
    }
    self.number = number
    currency = before + behind
  }

  /// A currency in its usual spelling; `nil` where the text is something else.
  static func currency(_ bytes: some Collection<UInt8>) -> String? {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    let mark = text.filter { !$0.isWhitespace }
    if mark.isEmpty { return "" }
    let isCode = mark.utf8.count == 3 && mark.utf8.allSatisfy { (0x41...0x5A).contains($0 & 0xDF) }
    if isCode { return mark.uppercased() }
    let isSymbol =
      mark.unicodeScalars.contains { $0.properties.generalCategory == .currencySymbol || $0 == "元" }
      && mark.count <= 3
    return isSymbol ? mark : nil
  }
}
