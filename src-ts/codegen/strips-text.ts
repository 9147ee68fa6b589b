import type { PlannedRows, PlannedStrips } from '../plan/plan.ts'

/**
 * Returns a function that runs nodes for one strip after another. `callOf` gives the call of a node, '' where nothing runs;
 * `use` imports a function of src-as/strips.ts.
 */
export function stripsText(
  strips: PlannedStrips,
  name: string,
  callOf: (step: number) => string,
  use: (name: string) => string,
): string[] {
  const { first, last, begin, end } = strips
  const steps = Array.from({ length: last - first + 1 }, (_, i) => first + i)
  const body = [
    ...strips.takes.map(takeText),
    ...steps.flatMap(step => {
      const [call, fill, give] = [callOf(step), strips.fills.get(step), strips.gives.get(step)]
      return [call && when(step) + call, fill && fillText(fill), give && giveText(give)]
    }),
    ...strips.slides.map(
      ({ strip, past, fresh, rowBytes }) => `${use('keepRows')}(${strip}, ${past}, ${fresh}, ${rowBytes})`,
    ),
  ]
  return [
    `// Nodes ${first} to ${last}, strip by strip: memory holds the rows that the next one needs, never whole tensors between them.`,
    `function ${name}(): void {`,
    `  for (let strip: i32 = ${begin}; strip < ${end}; strip++) {`,
    ...body.flatMap(line => (line ? [`    ${line}`] : [])),
    '  }',
    '}',
    '',
  ]

  /** Strips beyond the border have no rows to compute. */
  function when(step: number): string {
    const [from, to] = strips.runs.get(step)!
    const tests = [...(from > begin ? [`strip >= ${from}`] : []), ...(to < end - 1 ? [`strip <= ${to}`] : [])]
    return tests.length ? `if (${tests.join(' && ')}) ` : ''
  }

  function takeText({ whole, rows, rowBytes, strip, past, fresh, outside = 0, ...line }: PlannedRows): string {
    return `${use('takeRows')}(${whole}, ${rows}, ${rowBytes}, ${strip}, ${firstOf({ fresh, ...line })}, ${fresh}, ${outside})`
  }

  function fillText({ strip, rows, rowBytes, fresh, outside, ...line }: PlannedRows): string {
    return `${use('fillRows')}(${strip}, ${firstOf({ fresh, ...line })}, ${fresh}, ${rows}, ${rowBytes}, ${outside})`
  }

  function giveText({ strip, whole, rows, rowBytes, fresh, ...line }: PlannedRows): string {
    return `${use('giveRows')}(${strip}, ${firstOf({ fresh, ...line })}, ${fresh}, ${whole}, ${rows}, ${rowBytes})`
  }
}

/** The first row of a strip. */
function firstOf({ fresh, ahead }: Pick<PlannedRows, 'fresh' | 'ahead'>): string {
  return `strip * ${fresh}${ahead ? ` ${ahead < 0 ? '-' : '+'} ${Math.abs(ahead)}` : ''}`
}
