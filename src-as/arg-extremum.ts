/**
 * ARG_MAX (flip 0) and ARG_MIN (flip −1) of [outer, count, inner] over the middle axis: the first place of the largest value, as int32.
 * Flipping all bits of a value turns the order round.
 */
export function argExtremum(input: usize, outer: i32, count: i32, inner: i32, flip: i32, output: usize): void {
  for (let a = 0; a < outer; a++) {
    for (let c = 0; c < inner; c++, output += 4) {
      let best = 0, largest = <i32>load<i8>(input + <usize>c) ^ flip;
      for (let i = 1; i < count; i++) {
        const value = <i32>load<i8>(input + <usize>(i * inner + c)) ^ flip;
        if (value > largest) {
          largest = value;
          best = i;
        }
      }
      store<i32>(output, best);
    }
    input += <usize>(count * inner);
  }
}
