import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type CompiledModel, loadModel } from '../src-ts/engines/model.ts'
import { temporaryFolder } from '../src-ts/files.ts'
import { totals } from '../src-ts/package/budget.ts'
import { checkPackage, startPackage } from '../src-ts/package/flash.ts'
import { type PackageManifest, packageModel } from '../src-ts/package/package.ts'
import type { SelfTest } from '../src-ts/package/self-test.ts'
import { type Board, readTarget, type Target, targetNames } from '../src-ts/package/target.ts'
import { seededVectors, type Vectors } from '../src-ts/package/vectors.ts'
import { peerModel } from './firmware-peers/peer-model.ts'
import { PEERS, runPeer } from './firmware-peers/peers.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'ecg-tiny,beat-rr,ecg-mcu,inception-cnn' },
    boards: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})
const wanted = values.boards?.split(',')
const adc = { gain: 1000, baseline: 0 }
/** Networks too large for a microcontroller have rows on one target only. */
const ONLY: Readonly<Record<string, string>> = { 'inception-cnn': 'raspberry-pi' }
/** Where other kernels run the same networks, for comparison. */
const PEER_BOARD = 'mps2-an386'
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
const head = [row(heads), row(heads.map(() => '---'))]
console.log(head.join('\n'))

const lines: string[] = []
for (const name of values.models.split(',')) {
  const model = loadModel(`${root}models/${name}.tflite`)
  let vectors: Vectors | undefined
  for (const target of targetNames().map(readTarget)) {
    if (ONLY[name] && ONLY[name] !== target.name) continue
    for (const board of target.boards) {
      if (wanted ? !wanted.includes(board.name) : board.name === 'ssh') continue
      vectors ??= await seededVectors(model, 64, 1)
      const made = await linesOf(model, name, target, board, vectors)
      console.log(made.join('\n'))
      lines.push(...made)
    }
  }
}
if (values.write) writeTable()

/** Puts the rows into the page: in place of those of the same target, board and model, or behind those of the same model. */
function writeTable(): void {
  const page = `${root}firmware-targets/README.md`
  const text = readFileSync(page, 'utf8')
  const [before, table, after] = text.split(/<!-- (?:end of )?table -->\n?/)
  const keyOf = (line: string) => line.split(' | ', 3).join(' ')
  const rows = new Map([...table.trim().split('\n').slice(2), ...lines].map(line => [keyOf(line), line]))
  const modelOf = (line: string) => line.split(' | ')[2]
  const models = [...new Set([...rows.values()].map(modelOf))]
  const sorted = models.flatMap(name => [...rows.values()].filter(line => modelOf(line) === name))
  writeFileSync(page, `${before}<!-- table -->\n${[...head, ...sorted].join('\n')}\n<!-- end of table -->\n${after}`)
}

/** The row of a model on a board, and those of other kernels there; what went wrong in place of numbers. */
async function linesOf(
  model: CompiledModel,
  name: string,
  target: Target,
  board: Board,
  vectors: Vectors,
): Promise<string[]> {
  const folder = temporaryFolder('table')
  try {
    const manifest = await packageModel(model, name, target, board, { adc, vectors }, folder)
    const test = board.showsSelfTest ? startPackage(checkPackage(folder, target.name), {}) : undefined
    const own = lineOf(target, board, manifest, test, folder)
    const hasPeers = target.form === 'c' && board.name === PEER_BOARD
    return hasPeers ? [own, ...(await peerLines(model, target, board, manifest, folder))] : [own]
  } catch (error) {
    return [row([target.name, board.name, name, (error as Error).message])]
  } finally {
    rmSync(folder, { recursive: true })
  }
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
    linux ? '' : number(ram) + (test?.translatedBytes ? ` (${number(test.translatedBytes)} translated)` : ''),
    number(sizes.arena),
    test?.stackBytes ? number(test.stackBytes) : '',
    instructions ? number(instructions) : '',
    instructions ? (instructions / macs).toFixed(2) : '',
    test ? `${test.pass} of ${test.vectors}` : 'not run',
  ])
}

/** The same network on the same board by kernels that are not Holter's. */
async function peerLines(
  model: CompiledModel,
  target: Target,
  board: Board,
  { model: name, macs, sizes }: PackageManifest,
  folder: string,
): Promise<string[]> {
  const made = await model.build('firmware')
  return PEERS.map(peer => {
    try {
      const text = peerModel(model.graph, made, peer.kernels)
      const { flash, ram, test } = runPeer(peer, text, target, board, folder)
      const { instructions, stackBytes = 0, pass, vectors } = test
      const cells = [number(flash - sizes.vectors), '', number(sizes.vectors), number(ram), '', number(stackBytes)]
      return row([
        peer.name,
        board.name,
        name,
        ...cells,
        number(instructions),
        (instructions / macs).toFixed(2),
        `${pass} of ${vectors}`,
      ])
    } catch (error) {
      return row([peer.name, board.name, name, (error as Error).message])
    }
  })
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
