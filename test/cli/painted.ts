/** What stands on a terminal, and above it, after these bytes; knows what the command and readline write. */
export function painted(bytes: string, columns: number): readonly string[] {
  const rows: string[][] = [[]]
  let [row, column] = [0, 0]
  const at = (index: number): string[] => (rows[index] ??= [])
  const moves: Readonly<Record<string, (count: number | undefined) => void>> = {
    A: (count = 1) => (row = Math.max(0, row - count)),
    B: (count = 1) => (row += count),
    C: (count = 1) => (column += count),
    D: (count = 1) => (column = Math.max(0, column - count)),
    G: (count = 1) => (column = count - 1),
    J: () => {
      at(row).splice(column)
      rows.splice(row + 1)
    },
    K: (what) => at(row).splice(what === 2 ? 0 : column),
  }
  for (const [piece, count, move = ''] of bytes.matchAll(/\u001B\[(\d*)([A-Z])|[^]/g)) {
    if (piece === '\r') column = 0
    else if (piece === '\n') row += 1
    else if (piece.length > 1) {
      const deed = moves[move]
      if (deed === undefined) throw new Error(`nobody has said what ${JSON.stringify(piece)} does`)
      deed(count === '' ? undefined : Number(count))
    } else {
      // The cursor stays behind the last column until more comes.
      if (column >= columns) [row, column] = [row + 1, 0]
      while (at(row).length < column) at(row).push(' ')
      at(row)[column] = piece
      column += 1
    }
  }
  return Array.from(rows, (cells) => (cells ?? []).join('').trimEnd())
}
