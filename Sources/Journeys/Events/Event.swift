/// One thing that happened to a person: a touch, a conversion, or a refund.
public struct Event: Sendable, Equatable {
  /// When it happened, in microseconds since 1970-01-01T00:00:00Z.
  public var time: Int64
  /// The touchpoint's id, or `nil` where the event names none.
  public var touchpoint: Int32?
  /// How the touch came about; `visit` where it is no touch.
  public var kind: TouchKind
  public var role: Role
  /// The number of conversions; 0 unless the role is one of conversion.
  public var conversions: Double
  /// What the conversions were worth, or the refund's amount below 0; else 0.
  public var value: Double

  /// What an event is to a journey, in the order in which events of one instant come.
  public enum Role: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    case touch
    /// A conversion that is the journey's last touch as well.
    case touchAndConversion
    case conversion
    case refund

    /// Whether it is a touch, whatever else it is.
    var isTouch: Bool { self == .touch || self == .touchAndConversion }
  }

  public init(
    time: Int64, touchpoint: Int32?, kind: TouchKind = .visit, role: Role = .touch,
    conversions: Double = 0, value: Double = 0
  ) {
    precondition(
      touchpoint != nil || role == .conversion || role == .refund, "a touch has a touchpoint")
    self.time = time
    self.touchpoint = touchpoint
    self.kind = kind
    self.role = role
    self.conversions = conversions
    self.value = value
  }
}

/// How a touch came about, in the order in which touches of one instant come.
public enum TouchKind: UInt8, Sendable, CaseIterable, BitwiseCopyable {
  case impression
  case click
  /// Everything that is neither an impression nor a click.
  case visit
}

/// What a touch is in one word: touchpoint and kind, or where its outcome lies.
struct TouchCode: BitwiseCopyable {
  var bits: UInt32

  @inline(__always)
  init(touchpoint: Int32, kind: TouchKind) {
    bits = UInt32(kind.rawValue) << 29 | UInt32(bitPattern: touchpoint)
  }

  @inline(__always)
  init(outcome: Int) { bits = 1 << 31 | UInt32(outcome) }

  @inline(__always)
  var outcome: Int? { bits >> 31 == 1 ? Int(bits & 0x7FFF_FFFF) : nil }
  @inline(__always)
  var touchpoint: Int32 { Int32(bitPattern: bits & 0x1FFF_FFFF) }
  @inline(__always)
  var kind: TouchKind { TouchKind(rawValue: UInt8(bits >> 29 & 3)).unsafelyUnwrapped }
}

/// What an event that is more than a touch came to.
struct Outcome: BitwiseCopyable {
  var conversions: Double
  var value: Double
  /// -1 where it names none.
  var touchpoint: Int32
  var kind: TouchKind
  var role: Event.Role
}
