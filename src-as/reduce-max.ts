/** REDUCE_MAX of [outer, count, inner] over the middle axis. */
export function reduceMax(input: usize, outer: i32, count: i32, inner: i32, output: usize): void {
  for (let a = 0; a < outer; a++) {
    for (let c = 0; c < inner; c++) {
      let largest = -128;
      for (let i = 0, at = input + <usize>c; i < count; i++, at += <usize>inner) {
        largest = max(largest, <i32>load<i8>(at));
      }
      store<i8>(output++, largest);
    }
    input += <usize>(count * inner);
  }
}
