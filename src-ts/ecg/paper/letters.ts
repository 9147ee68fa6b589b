/** Size of a letter in dots, and how many millimetres above 0 mV a lead's name begins. */
export const LETTER = { width: 3, height: 5, above: 20 } as const

/** The letters of lead names, dot by dot from the upper left. */
export const letters: Readonly<Record<string, string>> = {
  I: '###.#..#..#.###',
  V: '#.##.##.##.#.#.',
  A: '.#.#.#####.##.#',
  R: '##.#.###.#.##.#',
  L: '#..#..#..#..###',
  F: '####..##.#..#..',
  1: '.#.##..#..#.###',
  2: '##...#.#.#..###',
  3: '##...#.#...###.',
  4: '#.##.####..#..#',
  5: '####..##...###.',
  6: '.###..##.#.#.#.',
}
