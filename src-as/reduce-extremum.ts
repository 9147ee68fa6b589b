/**
 * REDUCE_MAX (flip 0) and REDUCE_MIN (flip −1) of [outer, first, between, second, inner] over `first` and `second`.
 * Flipping all bits of a value turns the order round.
 */
export function reduceExtremum(
  input: usize, outer: i32, first: i32, between: i32, second: i32, inner: i32, flip: i32, output: usize
): void {
  const group = second * inner, pitch = <usize>(between * group);
  for (let a = 0; a < outer; a++) {
    for (let b = 0; b < between; b++) {
      for (let c = 0; c < inner; c++) {
        let largest = -128, from = input + <usize>(b * group + c);
        for (let k = 0; k < second; k++, from += <usize>inner) {
          for (let i = 0, at = from; i < first; i++, at += pitch) {
            largest = max(largest, <i32>load<i8>(at) ^ flip);
          }
        }
        store<i8>(output++, largest ^ flip);
      }
    }
    input += <usize>first * pitch;
  }
}
