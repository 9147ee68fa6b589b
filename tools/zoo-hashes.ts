import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { loadModel } from '../src-ts/engines/model.ts'
import { sha256 } from '../src-ts/files.ts'
import { flavourNames } from '../src-ts/ops/flavour.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const models = `${root}models/`
const withTest = process.argv.includes('--test')

for (const file of readdirSync(models).filter(name => name.endsWith('.tflite'))) {
  const model = loadModel(models + file)
  print(file, sha256(model.tflite))
  for (const flavour of flavourNames) print(`${file} ${flavour}`, sha256(await model.module(flavour)))
  if (withTest) print(`${file} logits`, testLogits(models + file), cardLogits(file))
}

/** One line: what, the first 16 digits, and whether they are what the card says. */
function print(what: string, hash: string, known?: string): void {
  const said =
    known === undefined ? '' : hash === known ? '  as the card says' : `  THE CARD SAYS ${known.slice(0, 16)}`
  console.log(`${what.padEnd(32)} ${hash.slice(0, 16)}${said}`)
}

function testLogits(path: string): string {
  const args = ['tools/holter.mjs', 'evaluate', path, '--split', 'test', '--json']
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0) throw new Error(stderr.trim())
  return JSON.parse(stdout).logitsSha256
}

/** The hash in the card's evaluation of the int8 file on the test split. */
function cardLogits(file: string): string | undefined {
  const card = JSON.parse(readFileSync(`${models}${file.replace('.tflite', '')}.card.json`, 'utf8'))
  const figures: { model: string; split: string; logitsSha256?: string }[] = card.figures
  return figures.find(each => each.split === 'test' && each.model.endsWith('.tflite'))?.logitsSha256
}
