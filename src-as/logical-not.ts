/** LOGICAL_NOT of bytes 0 and 1. */
export function logicalNot(input: usize, count: i32, output: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) store<u8>(output + i, 1 - load<u8>(input + i));
}
