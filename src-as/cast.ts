/** Integers of one type as those of another: what does not fit loses its upper bits. */
export function cast<From, To>(input: usize, count: i32, output: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    store<To>(output + i * sizeof<To>(), <To>load<From>(input + i * sizeof<From>()));
  }
}
