import TouchstoneJourneys
import TouchstoneText

/// How a log is written.
package enum LogFormat: String, Sendable, CaseIterable {
  case csv
  /// JSON Lines.
  case jsonl

  /// What stands before the first event.
  package var header: String { self == .csv ? "user_id,time,touchpoint,kind,conversions,value\n" : "" }
}

extension ObservedEvents {
  /// The events as text, one a line.
  package func text(_ format: LogFormat, touchpoints: TouchpointTable) -> [UInt8] {
    let names = touchpoints.names.map { Array((format == .csv ? Escaping.csv($0) : Escaping.json($0)).utf8) }
    var text: [UInt8] = []
    text.reserveCapacity(events.count * 64)
    for observed in events {
      let event = observed.event
      let time = DateText.precise(event.time)
      let isConversion = event.role == .conversion
      let kind = isConversion ? "conversion" : "\(event.kind)"
      switch format {
      case .csv:
        text += Array("\(Self.identifier(observed)),\(time),".utf8)
        if let touchpoint = event.touchpoint { text += names[Int(touchpoint)] }
        text += Array((isConversion ? ",\(kind),1,\(event.value)\n" : ",\(kind),0,\n").utf8)
      case .jsonl:
        text += Array("{\"user_id\":\"\(Self.identifier(observed))\",\"time\":\"\(time)\",".utf8)
        if let touchpoint = event.touchpoint {
          text += Array("\"touchpoint\":".utf8)
          text += names[Int(touchpoint)]
          text.append(UInt8(ascii: ","))
        }
        text += Array(
          ("\"kind\":\"\(kind)\"" + (isConversion ? ",\"conversions\":1,\"value\":\(event.value)}\n" : "}\n")).utf8)
      }
    }
    return text
  }
}

/// What each channel cost by day, as a table that ``TouchstoneJourneyIO/CostTableReader`` reads.
package struct DailyCosts: Sendable {
  private let world: World
  private var days: [ObservedEvents.ChannelDay]

  package init(_ world: World) {
    self.world = world
    days = Array(repeating: ObservedEvents.ChannelDay(), count: world.days * world.channels.count)
  }

  /// Adds what some users cost.
  package mutating func add(_ other: [ObservedEvents.ChannelDay]) {
    for index in days.indices {
      days[index].touches += other[index].touches
      days[index].clicks += other[index].clicks
    }
  }

  /// One row a day and advertised channel.
  package var csv: String {
    var text = "date,touchpoint,cost,impressions,clicks\n"
    for day in 0..<world.days {
      for index in world.advertised {
        let channel = world.channels[index]
        let bought = days[day * world.channels.count + index]
        let impressions = channel.kind == .pull ? 0 : bought.touches
        text +=
          "\(DateText.day(Int64(world.firstDay + day) * Microseconds.perDay)),\(Escaping.csv(channel.name)),"
        text += "\(Double(bought.touches) * channel.costPerTouch),\(impressions),\(bought.clicks)\n"
      }
    }
    return text
  }
}
