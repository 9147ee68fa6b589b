/** The offset of read-only constants, for the kernels of src-as. */
export function readOnlyText(address: number): string[] {
  return [
    '// Constants that are only read begin here; kernels load them with this offset.',
    ...globalText(`CONSTANTS: usize = ${address}`),
  ]
}

/** A constant that all files of src-as see. */
function globalText(text: string): string[] {
  return ['// @ts-ignore: decorator', '@global @inline', `const ${text}`, '']
}

/** The start function of the module: asc makes it of what stands outside functions. */
export function startUpText(lines: readonly string[]): string[] {
  if (lines.length === 0) return []
  return [
    '// Runs once, when the module is instantiated.',
    'function startUp(): void {',
    ...lines,
    '}',
    'startUp()',
    '',
  ]
}

/** Constants by which functions of src-as leave out what no node needs. */
export function needsText(needs: ReadonlyMap<string, number>): string[] {
  return [...needs].flatMap(([name, bits]) => [
    '// Which parts of a kernel the nodes need: the rest is left out.',
    ...globalText(`${name}: i32 = ${bits}`),
  ])
}
