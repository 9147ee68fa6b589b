/** output = table[input]: any function of one int8; the table is read by the byte's unsigned value. */
export function lookUp(input: usize, count: i32, output: usize, table: usize): void {
  const end = input + <usize>count, fours = input + <usize>(count & ~3);
  for (; input < fours; input += 4, output += 4) {
    store<u8>(output, load<u8>(table + <usize>load<u8>(input)));
    store<u8>(output, load<u8>(table + <usize>load<u8>(input, 1)), 1);
    store<u8>(output, load<u8>(table + <usize>load<u8>(input, 2)), 2);
    store<u8>(output, load<u8>(table + <usize>load<u8>(input, 3)), 3);
  }
  for (; input < end; input++, output++) store<u8>(output, load<u8>(table + <usize>load<u8>(input)));
}
