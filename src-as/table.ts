/** output = table[input]: any function of one int8; entry q + 128 of the table holds f(q). */
export function lookUp(input: usize, count: i32, output: usize, table: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    store<i8>(output + i, load<i8>(table + <usize>(<i32>load<i8>(input + i) + 128)));
  }
}
