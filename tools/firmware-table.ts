import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { loadModel } from '../src-ts/engines/model.ts'
import { totals } from '../src-ts/package/budget.ts'
import { checkPackage, startPackage } from '../src-ts/package/flash.ts'
import { type PackageManifest, packageModel } from '../src-ts/package/package.ts'
import type { SelfTest } from '../src-ts/package/self-test.ts'
import { type Board, readTarget, type Target, targetNames } from '../src-ts/package/target.ts'
import { seededVectors } from '../src-ts/package/vectors.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'ecg-tiny,beat-rr,ecg-mcu' },
    boards: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})
const wanted = values.boards?.split(',')
const adc = { gain: 1000, baseline: 0 }
const heads = [
  'target',
  'board',
  'model',
  'flash',
  'of it weights',
  'vectors',
  'RAM',
  'of it arena',
  'stack used',
  'instructions',
  'a MAC',
  'self-test',
]
const lines: string[] = [row(heads), row(heads.map(() => '---'))]
console.log(lines.join('\n'))

for (const name of values.models.split(',')) {
  const model = loadModel(`${root}models/${name}.tflite`)
  const vectors = await seededVectors(model, 64, 1)
  for (const target of targetNames().map(readTarget)) {
    for (const board of target.boards) {
      if (wanted ? !wanted.includes(board.name) : board.name === 'ssh') continue
      const folder = mkdtempSync(join(tmpdir(), 'holter-table-'))
      try {
        const manifest = await packageModel(model, name, target, board, { adc, vectors }, folder)
        const test = board.showsSelfTest ? startPackage(checkPackage(folder, target.name), {}) : undefined
        lines.push(lineOf(target, board, manifest, test, folder))
      } catch (error) {
        lines.push(row([target.name, board.name, name, (error as Error).message]))
      } finally {
        rmSync(folder, { recursive: true })
      }
      console.log(lines.at(-1))
    }
  }
}
if (values.write) {
  const page = `${root}firmware-targets/README.md`
  const text = readFileSync(page, 'utf8')
  const [before, after] = [text.split('<!-- table -->')[0], text.split('<!-- end of table -->')[1]]
  writeFileSync(page, `${before}<!-- table -->\n${lines.join('\n')}\n<!-- end of table -->${after}`)
}

function lineOf(
  target: Target,
  board: Board,
  manifest: PackageManifest,
  test: SelfTest | undefined,
  folder: string,
): string {
  const { sizes, macs } = manifest
  const { flashBytes, ramBytes } = totals(sizes)
  const linux = target.form === 'wasmtime' || target.name === 'c-source'
  const instructions = test?.instructions || linuxInstructions(board, folder)
  const ram = test?.memoryBytes && target.form === 'wasm3' ? ramBytes - heapBytes(board) + test.memoryBytes : ramBytes
  return row([
    target.name,
    board.name,
    manifest.model,
    linux ? '' : number(flashBytes - sizes.vectors),
    number(sizes.weights),
    number(sizes.vectors),
    linux ? '' : number(ram),
    number(sizes.arena),
    test?.stackBytes ? number(test.stackBytes) : '',
    instructions ? number(instructions) : '',
    instructions ? (instructions / macs).toFixed(2) : '',
    test ? `${test.pass} of ${test.vectors}` : 'not run',
  ])
}

/** Bytes that the interpreter's heap may take: the table shows what it took. */
function heapBytes(board: Board): number {
  return Number(board.compile.args.join(' ').match(/HOLTER_HEAP_BYTES=(\d+)/)?.[1] ?? 0)
}

/** Under qemu-aarch64: the instructions of eleven runs less those of one, by ten. */
function linuxInstructions(board: Board, folder: string): number {
  if (board.start.program !== 'qemu-aarch64') return 0
  const plugin = join(folder, 'counter.so')
  spawnSync('cc', ['-shared', '-fPIC', '-O2', `${root}tools/instruction-counter.c`, '-o', plugin])
  const count = (runs: number) => {
    const args = [...board.start.args.slice(0, -2), './holter-service', '--repeat', String(runs)]
    const { stderr } = spawnSync('qemu-aarch64', ['-plugin', plugin, ...args], { cwd: folder, encoding: 'utf8' })
    return Number(stderr.match(/instructions (\d+)/)?.[1])
  }
  return Math.round((count(11) - count(1)) / 10) || 0
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function number(n: number): string {
  return n.toLocaleString('en')
}
