/** ARG_MAX of [outer, count, inner] over the middle axis: the first place of the largest value, as int32. */
export function argMax(input: usize, outer: i32, count: i32, inner: i32, output: usize): void {
  for (let a = 0; a < outer; a++) {
    for (let c = 0; c < inner; c++, output += 4) {
      let best = 0, largest = <i32>load<i8>(input + <usize>c);
      for (let i = 1; i < count; i++) {
        const value = <i32>load<i8>(input + <usize>(i * inner + c));
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
