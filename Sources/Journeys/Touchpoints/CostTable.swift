import TouchstoneText

/// What touchpoints cost, by date.
public struct CostTable: Sendable, Equatable {
  public var rows: [Row]
  /// The currency of all costs, where the table names one.
  public var currency: String?

  public init(rows: [Row] = [], currency: String? = nil) {
    self.rows = rows
    self.currency = currency
  }

  /// One line of the table.
  public struct Row: Sendable, Equatable {
    /// In microseconds since 1970.
    public var date: Int64
    public var touchpoint: String
    public var cost: Double
    /// `nil` where the table does not say.
    public var impressions: Double?
    public var clicks: Double?
    /// What the touchpoint earned in the period, where the table says so.
    public var conversions: Double?

    public init(
      date: Int64, touchpoint: String, cost: Double, impressions: Double? = nil, clicks: Double? = nil,
      conversions: Double? = nil
    ) {
      self.date = date
      self.touchpoint = touchpoint
      self.cost = cost
      self.impressions = impressions
      self.clicks = clicks
      self.conversions = conversions
    }
  }

  /// What one touchpoint's rows add up to.
  public struct Totals: Sendable, Equatable {
    public var cost: Double
    public var impressions: Double?
    public var clicks: Double?

    public init(cost: Double = 0, impressions: Double? = nil, clicks: Double? = nil) {
      self.cost = cost
      self.impressions = impressions
      self.clicks = clicks
    }
  }

  /// The rows whose day, or whatever a row stands for, has a part in a period, and what all others cost.
  ///
  /// - Parameters:
  ///   - period: In microseconds since 1970.
  ///   - length: Of what a row stands for, in microseconds.
  public func within(
    _ period: ClosedRange<Int64>, length: Int64 = Microseconds.perDay
  ) -> (table: CostTable, costOutside: Double) {
    var table = CostTable()
    table.currency = currency
    var outside = 0.0
    for row in rows {
      if row.date <= period.upperBound && row.date > period.lowerBound - length {
        table.rows.append(row)
      } else {
        outside += row.cost
      }
    }
    return (table, outside)
  }

  /// The rows' sums by touchpoint.
  public var totals: [String: Totals] {
    var totals: [String: Totals] = [:]
    for row in rows {
      var sum = totals[row.touchpoint] ?? Totals()
      sum.cost += row.cost
      if let impressions = row.impressions { sum.impressions = (sum.impressions ?? 0) + impressions }
      if let clicks = row.clicks { sum.clicks = (sum.clicks ?? 0) + clicks }
      totals[row.touchpoint] = sum
    }
    return totals
  }
}
