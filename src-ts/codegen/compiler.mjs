// A compiler in a thread of its own: asc and binaryen take a third of a second to load and a second for a module, and block whoever
// calls them. Plain JavaScript, since a thread has no loader for TypeScript on Node 20. Jobs come and go by compiler-threads.ts.
import { parentPort, workerData } from 'node:worker_threads'
import asc from 'assemblyscript/asc'
import binaryen from 'binaryen'

const PAGE_BYTES = 65536
/** Of a data segment: its kind, where it goes, and how long it is. */
const SEGMENT_HEAD_BYTES = 9

parentPort.on('message', async ({ id, job }) => {
  try {
    const code = await assemble(job)
    const wasm = code.refused === undefined ? { wasm: finish(code.binary, job) } : code
    parentPort.postMessage({ id, ...wasm })
  } catch (error) {
    parentPort.postMessage({ id, refused: String(error?.message ?? error) })
  }
})

/** Text → wasm, by the flags of a target in asconfig.json. */
async function assemble({ text, target, memoryBytes, heapAddress }) {
  let binary
  const pages = String(pagesOf(memoryBytes))
  const flags = ['--target', target, '--initialMemory', pages, '--maximumMemory', pages, '--outFile', 'model.wasm']
  if (heapAddress !== undefined) flags.push('--memoryBase', String(heapAddress))
  const { error, stderr } = await asc.main(['model.ts', ...flags], {
    readFile: name => (name === 'model.ts' ? text : (workerData.sources[name] ?? null)),
    writeFile: (name, contents) => {
      if (name === 'model.wasm') binary = contents
    },
    listFiles: () => [],
  })
  if (!error && binary) return { binary }
  return { refused: stderr.toString().trim().split('\n').slice(0, 3).join(' ') || String(error?.message) }
}

/** Puts the constants in place, strips names, validates, adds the manifest. */
function finish(code, { features, memoryBytes, segments, manifest }) {
  const bits = features.reduce((sum, feature) => sum | binaryen.Features[feature], binaryen.Features.MVP)
  const module = binaryen.readBinaryWithFeatures(code, bits)
  try {
    const pages = pagesOf(memoryBytes)
    const data = merged(segments).map(({ address, bytes }) => ({ offset: module.i32.const(address), data: bytes }))
    module.removeExport('memory')
    module.setMemory(pages, pages, 'memory', data)
    module.runPasses(['strip-debug', 'strip-producers', 'strip-target-features', 'remove-unused-module-elements'])
    if (manifest) module.addCustomSection('holter', new TextEncoder().encode(manifest))
    if (!module.validate()) throw new Error('the compiled module does not validate')
    const imports = importsOf(module)
    if (imports.length > 0) throw new Error(`the compiled module imports ${imports.join(' and ')}`)
    return module.emitBinary()
  } finally {
    module.dispose()
  }
}

/** Segments with few zeros between them as one: a segment's head takes more bytes. */
function merged(segments) {
  const groups = []
  for (const segment of segments.toSorted((a, b) => a.address - b.address)) {
    const last = groups.at(-1)?.at(-1)
    if (last && segment.address - last.address - last.bytes.length <= SEGMENT_HEAD_BYTES) groups.at(-1).push(segment)
    else groups.push([segment])
  }
  return groups.map(group => {
    const [{ address }, last] = [group[0], group.at(-1)]
    const bytes = new Uint8Array(last.address + last.bytes.length - address)
    for (const segment of group) bytes.set(segment.bytes, segment.address - address)
    return { address, bytes }
  })
}

/** Functions that a module imports, as module.name. */
function importsOf(module) {
  return Array.from({ length: module.getNumFunctions() }, (_, i) =>
    binaryen.getFunctionInfo(module.getFunctionByIndex(i)),
  )
    .filter(info => info.module !== '')
    .map(info => `${info.module}.${info.base}`)
}

function pagesOf(bytes) {
  return Math.ceil(bytes / PAGE_BYTES)
}
