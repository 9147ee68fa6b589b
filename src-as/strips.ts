/** Copies rows `first` to `first` + `count` − 1 of a tensor of `rows` rows of `bytes` bytes; rows beyond it get `outside` in every byte. */
export function takeRows(from: usize, rows: i32, bytes: i32, to: usize, first: i32, count: i32, outside: i32): void {
  const begin = rowsBefore(first, count), end = rowsUpTo(first, count, rows);
  // Even without a row to copy, an address beyond memory would trap.
  if (begin < end) memory.copy(to + <usize>(begin * bytes), from + <usize>((first + begin) * bytes), <usize>((end - begin) * bytes));
  fillRows(to, first, count, rows, bytes, outside);
}

/** Sets those of `count` rows to `outside` that lie beyond a tensor of `rows` rows; the first is its row `first`. */
export function fillRows(at: usize, first: i32, count: i32, rows: i32, bytes: i32, outside: i32): void {
  const begin = rowsBefore(first, count), end = rowsUpTo(first, count, rows);
  memory.fill(at, <u8>outside, <usize>(begin * bytes));
  memory.fill(at + <usize>(end * bytes), <u8>outside, <usize>((count - end) * bytes));
}

/** Copies `count` rows to their place in a tensor of `rows` rows, but for those that lie beyond it; the first is its row `first`. */
export function giveRows(from: usize, first: i32, count: i32, to: usize, rows: i32, bytes: i32): void {
  const begin = rowsBefore(first, count), end = rowsUpTo(first, count, rows);
  if (begin < end) memory.copy(to + <usize>((first + begin) * bytes), from + <usize>(begin * bytes), <usize>((end - begin) * bytes));
}

/** Moves the last `kept` rows to the front, over `fresh` ones that are no longer needed. */
export function keepRows(at: usize, kept: i32, fresh: i32, bytes: i32): void {
  memory.copy(at, at + <usize>(fresh * bytes), <usize>(kept * bytes));
}

/** How many of `count` rows lie before row 0. */
function rowsBefore(first: i32, count: i32): i32 {
  return min(max(-first, 0), count);
}

/** How many of `count` rows lie before the end of a tensor, those before row 0 among them. */
function rowsUpTo(first: i32, count: i32, rows: i32): i32 {
  return max(min(rows - first, count), rowsBefore(first, count));
}
