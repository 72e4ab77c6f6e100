/// A sparse matrix by compressed rows.
///
/// Row i holds the entries `rowStarts[i]..<rowStarts[i + 1]` of ``columnIndices`` and ``values``,
/// columns ascending and none twice.
public struct SparseMatrix: Sendable, Equatable {
  public let rows: Int
  public let columns: Int
  /// `rows + 1` offsets into the entries.
  public let rowStarts: [Int]
  public let columnIndices: [Int32]
  public let values: [Double]

  /// A matrix from its compressed rows.
  ///
  /// Traps where the parts do not fit together: the arrays come from code, not from users.
  public init(
    rows: Int, columns: Int, rowStarts: [Int], columnIndices: [Int32], values: [Double]
  ) {
    precondition(rowStarts.count == rows + 1, "rows + 1 row starts")
    precondition(rowStarts.first == 0 && rowStarts.last == values.count, "starts span the entries")
    precondition(columnIndices.count == values.count, "one column an entry")
    self.rows = rows
    self.columns = columns
    self.rowStarts = rowStarts
    self.columnIndices = columnIndices
    self.values = values
    checkInvariants()
  }

  /// Traps, in debug builds, where rows overlap, or an entry lies outside the matrix, twice, or out of order.
  ///
  /// - Complexity: O(rows + entries).
  private func checkInvariants() {
    #if DEBUG
      for row in 0..<rows {
        assert(rowStarts[row] <= rowStarts[row + 1], "row starts ascend")
        let columns = columnIndices[rowStarts[row]..<rowStarts[row + 1]]
        assert(columns.allSatisfy { $0 >= 0 && Int($0) < self.columns }, "columns of the matrix")
        assert(zip(columns, columns.dropFirst()).allSatisfy { $0 < $1 }, "columns ascend, and none stands twice")
      }
    #endif
  }

  /// The number of stored entries.
  public var entryCount: Int { values.count }

  /// The transpose, its columns ascending too.
  ///
  /// - Complexity: O(rows + columns + entries), by counting.
  public func transposed() -> SparseMatrix {
    var starts = [Int](repeating: 0, count: columns + 1)
    for column in columnIndices { starts[Int(column) + 1] += 1 }
    for j in 0..<columns { starts[j + 1] += starts[j] }
    var next = starts
    var indices = [Int32](repeating: 0, count: entryCount)
    var entries = [Double](repeating: 0, count: entryCount)
    for i in 0..<rows {
      for k in rowStarts[i]..<rowStarts[i + 1] {
        let j = Int(columnIndices[k])
        indices[next[j]] = Int32(i)
        entries[next[j]] = values[k]
        next[j] += 1
      }
    }
    return SparseMatrix(
      rows: columns, columns: rows, rowStarts: starts, columnIndices: indices, values: entries)
  }

  /// Calls `body` with row, column and value of every entry, row by row.
  ///
  /// - Complexity: O(rows + entries).
  public func forEachEntry(_ body: (_ row: Int, _ column: Int, _ value: Double) -> Void) {
    for row in 0..<rows {
      for entry in rowStarts[row]..<rowStarts[row + 1] { body(row, Int(columnIndices[entry]), values[entry]) }
    }
  }

  /// The same matrix, dense.
  public func dense() -> Matrix {
    var matrix = Matrix(rows: rows, columns: columns)
    forEachEntry { matrix[$0, $1] = $2 }
    return matrix
  }

  /// The diagonal, and the matrix without it.
  ///
  /// - Complexity: O(entries).
  public func splittingDiagonal() -> (diagonal: [Double], rest: SparseMatrix) {
    var diagonal = [Double](repeating: 0, count: min(rows, columns))
    var starts = [0]
    var indices: [Int32] = []
    var entries: [Double] = []
    starts.reserveCapacity(rows + 1)
    indices.reserveCapacity(entryCount)
    entries.reserveCapacity(entryCount)
    for i in 0..<rows {
      for k in rowStarts[i]..<rowStarts[i + 1] {
        if Int(columnIndices[k]) == i {
          diagonal[i] = values[k]
        } else {
          indices.append(columnIndices[k])
          entries.append(values[k])
        }
      }
      starts.append(entries.count)
    }
    return (
      diagonal,
      SparseMatrix(
        rows: rows, columns: columns, rowStarts: starts, columnIndices: indices, values: entries)
    )
  }
}
