// Loader hooks for .ts files: esbuild takes the types away; results are kept by content, so that most starts need no esbuild.
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const cache = new URL('../node_modules/.cache/holter-typescript/', import.meta.url)
const { version } = JSON.parse(await readFile(new URL('../node_modules/esbuild/package.json', import.meta.url), 'utf8'))

export async function load(url, context, next) {
  if (!url.startsWith('file:') || !new URL(url).pathname.endsWith('.ts')) return next(url, context)
  const text = await readFile(new URL(url), 'utf8')
  const key = createHash('sha256').update(`${version}\n${url}\n${text}`).digest('hex')
  const kept = new URL(`${key}.mjs`, cache)
  const source = await readFile(kept, 'utf8').catch(() => strip(url, text, kept))
  return { format: 'module', source, shortCircuit: true }
}

async function strip(url, text, kept) {
  const { transform } = await import('esbuild')
  const { code } = await transform(text, {
    loader: 'ts',
    format: 'esm',
    target: 'node20',
    sourcefile: fileURLToPath(url),
    sourcemap: 'inline',
    sourcesContent: false,
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  })
  const temporary = new URL(`${randomBytes(6).toString('hex')}.part`, cache)
  // Without a place for it the code still runs; a read-only checkout pays for esbuild each time.
  await mkdir(cache, { recursive: true })
    .then(() => writeFile(temporary, code))
    .then(() => rename(temporary, kept))
    .catch(() => {})
  return code
}
